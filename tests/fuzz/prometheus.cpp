// A result for Prometheus, read by the rules of the text format 0.0.4.
#include "exporters/prometheus/prometheus.hpp"

#include <charconv>
#include <set>
#include <string>

#include "tests/fuzz/foreign_text.hpp"
#include "tests/fuzz/fuzzed_result.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {
namespace {

// Removes [a-zA-Z_][a-zA-Z0-9_]* from the beginning of the line.
std::string take_name(std::string_view& line) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    std::string name;
    while (!line.empty() && (is_letter(line.front()) || (!name.empty() && is_digit(line.front())))) {
        name += line.front();
        line.remove_prefix(1);
    }
    require(!name.empty(), "a name is made of letters, digits and underscores");
    return name;
}

void take(std::string_view& line, char expected) {
    require(line.starts_with(expected), "a sample is NAME{LABEL=\"VALUE\",...} NUMBER");
    line.remove_prefix(1);
}

void take_quoted(std::string_view& line) {
    take(line, '"');
    while (!line.empty() && line.front() != '"') {
        if (line.front() == '\\') {
            line.remove_prefix(1);
            require(!line.empty() && std::string_view("\\\"n").find(line.front()) != std::string_view::npos,
                    "a backslash is followed by a backslash, a quote or an n");
        }
        line.remove_prefix(1);
    }
    take(line, '"');
}

void check_sample(std::string_view line, const std::string& family, std::set<std::string, std::less<>>& series) {
    require(series.emplace(line.substr(0, line.rfind(' '))).second, "a series occurs once");
    require(take_name(line) == family, "a sample follows its family's description");
    std::set<std::string> names;
    take(line, '{');
    while (!line.starts_with('}')) {
        if (!names.empty()) take(line, ',');
        require(names.insert(take_name(line)).second, "a label occurs once in its series");
        take(line, '=');
        take_quoted(line);
    }
    take(line, '}');
    take(line, ' ');
    double value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    require(error == std::errc{} && end == line.data() + line.size(), "a value is a number");
}

void check_description(std::string_view line, std::string& family, std::set<std::string>& families) {
    const bool help = line.starts_with("# HELP ");
    require(help || line.starts_with("# TYPE "), "a comment describes a family");
    line.remove_prefix(7);
    const auto name = take_name(line);
    if (!help) return require(name == family && line == " gauge", "the type follows the help");
    require(name.starts_with("perfwrap_") && families.insert(name).second, "a family occurs once");
    family = name;
}

}  // namespace

void prometheus(std::string_view input) {
    const auto text = format_prometheus(result_from(input));
    require(is_utf8(text) && text.ends_with('\n'), "the file is UTF-8 and ends with a newline");
    std::string family;
    std::set<std::string> families;
    std::set<std::string, std::less<>> series;
    for (std::string_view rest = text; !rest.empty(); rest.remove_prefix(rest.find('\n') + 1)) {
        const auto line = rest.substr(0, rest.find('\n'));
        if (line.starts_with('#'))
            check_description(line, family, families);
        else
            check_sample(line, family, series);
    }
}

}  // namespace perfwrap::fuzz
