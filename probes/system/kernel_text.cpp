#include "probes/system/kernel_text.hpp"

#include <algorithm>
#include <charconv>

namespace perfwrap {
namespace {

// Returns what comes before the first separator, and removes both from the text.
std::string_view take_until(std::string_view& text, std::string_view separators) {
    const auto end = std::min(text.find_first_of(separators), text.size());
    const auto part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

}  // namespace

std::string_view field_of(std::string_view text, std::string_view key) {
    constexpr std::string_view blanks = " \t";
    while (!text.empty()) {
        auto value = take_until(text, "\n");
        const bool has_value = value.find(':') != std::string_view::npos;
        const auto name = take_until(value, ":");
        if (!has_value || name.substr(0, name.find_last_not_of(blanks) + 1) != key) continue;
        return value.substr(std::min(value.find_first_not_of(blanks), value.size()));
    }
    return {};
}

std::optional<std::uint64_t> leading_number(std::string_view text, int base) {
    std::uint64_t value = 0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value, base);
    return result.ec == std::errc{} ? std::optional{value} : std::nullopt;
}

std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key) {
    while (!text.empty()) {
        auto value = take_until(text, "\n");
        if (take_until(value, " ") == key) return leading_number(value);
    }
    return std::nullopt;
}

bool has_word(std::string_view text, std::string_view word) {
    while (!text.empty())
        if (take_until(text, " \n") == word) return true;
    return false;
}

}  // namespace perfwrap
