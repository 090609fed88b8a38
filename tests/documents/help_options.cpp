#include "tests/documents/help_options.hpp"

#include <algorithm>
#include <cctype>
#include <regex>
#include <sstream>

namespace perfwrap {
namespace {

bool is_lower(char c) { return std::islower(static_cast<unsigned char>(c)) != 0; }

}  // namespace

std::vector<std::string> HelpOption::choices() const {
    std::vector<std::string> words;
    std::istringstream alternatives(value);
    for (std::string word; std::getline(alternatives, word, '|');)
        if (std::ranges::all_of(word, is_lower)) words.push_back(word);
    return words;
}

std::vector<HelpOption> options_in(std::string_view help) {
    static const std::regex heading(R"((\S.*):)");
    static const std::regex option(R"( +(?:(-\w),)?(--[a-z-]+)(?: (\S+))? {2,}(\S.*))");
    static const std::regex continued(R"( {20,}(\S.*))");
    std::vector<HelpOption> options;
    std::string group;
    bool in_option = false;
    std::istringstream lines{std::string(help)};
    for (std::string line; std::getline(lines, line);) {
        std::smatch match;
        if (std::regex_match(line, match, option)) {
            options.push_back({group, match[1], match[2], match[3], match[4]});
            in_option = true;
        } else if (in_option && std::regex_match(line, match, continued)) {
            options.back().meaning.append(" ").append(match[1]);
        } else {
            in_option = false;
            if (std::regex_match(line, match, heading)) group = match[1];
        }
    }
    return options;
}

}  // namespace perfwrap
