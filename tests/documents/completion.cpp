#include "tests/documents/completion.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace perfwrap {
namespace {

using Words = std::vector<std::string>;

void add_names(Words& words, const HelpOption& option) {
    words.push_back(option.long_name);
    if (!option.short_name.empty()) words.push_back(option.short_name);
}

std::string assignment(std::string_view variable, const Words& words) {
    return fmt::format("_perfwrap_{}=\"{}\"\n", variable, fmt::join(words, " "));
}

}  // namespace

std::string words_for_bash(std::span<const HelpOption> run, std::span<const HelpOption> report,
                           std::span<const Exporter> formats) {
    Words with_value;
    Words flags;
    Words choices;
    for (const auto& option : run) {
        add_names(option.value.empty() ? flags : with_value, option);
        if (const auto words = option.choices(); !words.empty())
            choices.push_back(fmt::format("{}={}", option.long_name, fmt::join(words, "|")));
    }
    Words of_report;
    for (const auto& option : report) add_names(of_report, option);
    Words names;
    for (const auto& format : formats) names.emplace_back(format.name);
    return assignment("with_value", with_value) + assignment("flags", flags) + assignment("choices", choices) +
           assignment("report_options", of_report) + assignment("formats", names);
}

}  // namespace perfwrap
