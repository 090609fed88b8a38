#include "exporters/screen/command_text.hpp"

#include <fmt/format.h>

#include <map>
#include <span>
#include <string_view>

#include "exporters/text/text.hpp"

namespace perfwrap {
namespace {

std::string_view without_directory(std::string_view path) {
    const auto name = path.substr(path.rfind('/') + 1);
    return name.empty() ? path : name;
}

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

// "src/main.cpp": a stem and a short suffix that begins with a letter.
bool names_file(std::string_view word) {
    constexpr std::size_t longest_suffix = 5;
    if (word.starts_with('-') || word.find_first_of(" \t\n=") != std::string_view::npos) return false;
    const auto name = without_directory(word);
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || dot == 0) return false;
    const auto suffix = name.substr(dot + 1);
    return !suffix.empty() && suffix.size() <= longest_suffix && is_letter(suffix.front());
}

// The one that is named most often, as compilers name their source; "" if no argument looks like a file.
std::string_view file_of(std::span<const std::string> arguments) {
    std::map<std::string_view, int> times;
    std::string_view file;
    for (const auto& word : arguments)
        if (names_file(word)) ++times[without_directory(word)];
    for (const auto& word : arguments)
        if (const auto name = without_directory(word); times.contains(name) && (file.empty() || times[name] > times[file]))
            file = name;
    return file;
}

}  // namespace

std::string command_text(const std::vector<std::string>& words, int columns, bool unicode) {
    auto text = printable(fmt::format("{}", fmt::join(words, " ")), unicode);
    if (words.empty() || display_width(text) <= columns) return text;
    text.erase(0, printable(words.front(), unicode).size() - printable(without_directory(words.front()), unicode).size());

    const auto cut = cut_middle(text, columns, unicode);
    const auto file = cut_middle(printable(file_of(std::span(words).subspan(1)), unicode), columns / 2, unicode);
    const auto around = fmt::format("{0} {1} {0}", ellipsis(unicode), file);
    const int room = columns - display_width(around);
    if (room < 0 || cut.find(file) != std::string::npos) return cut;
    return fmt::format("{}{}{}", first_columns(text, (room + 1) / 2), around, last_columns(text, room / 2));
}

}  // namespace perfwrap
