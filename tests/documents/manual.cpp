#include "tests/documents/manual.hpp"

#include <fmt/format.h>

#include <regex>
#include <string_view>

namespace perfwrap {
namespace {

// Each sentence begins a line. The dashes of an option are to be minus signs in print, so that it can be copied.
std::string sentences(std::string_view text) {
    static const std::regex option(R"((^|[^\w-])--([a-z]))");
    static const std::regex next_sentence(R"(\. ([A-Z]))");
    const auto lines = std::regex_replace(std::regex_replace(std::string(text), option, R"($1\-\-$2)"), next_sentence, ".\n$1");
    const bool looks_like_a_macro = lines.starts_with('.') || lines.starts_with('\'');
    return fmt::format("{}{}.\n", looks_like_a_macro ? "\\&" : "", lines);
}

// Words to choose from are typed as they are; the rest stands for something.
std::string value(const HelpOption& option) {
    std::string words;
    std::string_view rest = option.value;
    while (!rest.empty()) {
        const auto bar = rest.find('|');
        const auto word = rest.substr(0, bar);
        const bool literal = word.find_first_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
        words += fmt::format(" {}{} {}", words.empty() ? "" : "| ", literal ? "Cm" : "Ar", word);
        rest = bar == std::string_view::npos ? "" : rest.substr(bar + 1);
    }
    return words;
}

std::string tag(const HelpOption& option) {
    const auto short_flag = option.short_name.empty() ? "" : fmt::format("{} , ", option.short_name.substr(1));
    return fmt::format(".It Fl {}\\-{}{}\n", short_flag, option.long_name.substr(2), value(option));
}

}  // namespace

std::string options_as_mdoc(std::span<const HelpOption> options) {
    std::string list;
    std::string_view group;
    for (const auto& option : options) {
        if (option.group != group) {
            list += fmt::format("{}.Ss {}\n.Bl -tag -width Ds\n", list.empty() ? "" : ".El\n", option.group);
            group = option.group;
        }
        list += tag(option) + sentences(option.meaning);
    }
    return list + ".El\n";
}

std::string formats_as_mdoc(std::span<const Exporter> formats) {
    std::string list = ".Bl -tag -width Ds\n";
    for (const auto& format : formats) {
        const auto suffix = format.suffix.empty() ? "" : fmt::format(" Pq Pa {}", format.suffix);
        list +=
            fmt::format(".It Cm {}{}\n{}Lost: {}", format.name, suffix, sentences(format.description), sentences(format.lost));
    }
    return list + ".El\n";
}

}  // namespace perfwrap
