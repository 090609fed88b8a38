#include "namespaces.hpp"

#include <fmt/format.h>

#include "folders.hpp"

namespace perfwrap::test {

Measured measure_behind(const Words& wrapper, const Words& options, const Words& command) {
    const TemporaryFolder folder;
    Words words = wrapper;
    auto all = options;
    all.insert(all.end(), {"-o", folder / "result.json"});
    for (const auto& word : perfwrap_words(all, command)) words.push_back(word);
    Measured measured{.ended = run({.argv = words}), .result = {}, .truth = {}};
    const auto text = read_file(folder / "result.json");
    if (!text.empty()) measured.result = nlohmann::json::parse(text);
    return measured;
}

std::optional<std::string> no_namespaces(const Words& options) {
    Words words{"unshare"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back("true");
    const auto ended = run({.argv = words});
    return ended.code() == 0 ? std::nullopt : std::optional(fmt::format("unshare cannot make them: {}", ended.err));
}

}  // namespace perfwrap::test
