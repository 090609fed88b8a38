// A result as JSON: a reader gets what was written, whatever the names are.
#include "exporters/json/result_writer.hpp"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "tests/fuzz/foreign_text.hpp"
#include "tests/fuzz/fuzzed_result.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {
namespace {

using Json = nlohmann::json;

// If two keys are equal, a reader keeps either of them.
Json parse_with_unique_keys(const std::string& text) {
    std::vector<std::set<std::string>> keys;
    return Json::parse(text, [&](int, Json::parse_event_t event, Json& value) {
        if (event == Json::parse_event_t::object_start) keys.emplace_back();
        if (event == Json::parse_event_t::object_end) keys.pop_back();
        if (event == Json::parse_event_t::key) require(keys.back().insert(value).second, "a key occurs once in its object");
        return true;
    });
}

bool same_text(const Json& read, const std::string& written) {
    return is_utf8(written) ? read == written : read.get<std::string>().find("\ufffd") != std::string::npos;
}

}  // namespace

void json(std::string_view input) {
    const auto result = result_from(input);
    const auto text = format_json(result);
    require(is_utf8(text) && text.ends_with("}\n"), "the file is UTF-8 and ends with a newline");
    const auto parsed = parse_with_unique_keys(text);
    const auto& benchmark = parsed.at("benchmark");
    require(same_text(benchmark.at("name"), result.benchmark.name), "the name comes back");
    require(benchmark.at("labels").size() == result.benchmark.labels.size(), "every label comes back");

    const auto& rows = parsed.at("runs").at(0).at("processes").at("recorded");
    const auto& processes = result.runs.front().processes.recorded;
    require(rows.size() == processes.size(), "every process comes back");
    for (std::size_t i = 0; i < processes.size(); ++i) {
        const auto& words = rows.at(i).at("command");
        require(words.size() == processes[i].command.size(), "every argument comes back");
        for (std::size_t word = 0; word < words.size(); ++word)
            require(same_text(words.at(word), processes[i].command[word]), "an argument comes back");
        require(same_text(parsed.at("runs").at(0).at("programs").at(i).at("program"), processes[i].command.front()),
                "a program comes back");
    }
}

}  // namespace perfwrap::fuzz
