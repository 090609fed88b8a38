#include "tests/fuzz/foreign_text.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string>

namespace perfwrap::fuzz {

bool is_ascii(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_utf8(std::string_view text) {
    try {
        static_cast<void>(nlohmann::json(std::string{text}).dump());
        return true;
    } catch (const nlohmann::json::type_error&) {
        return false;
    }
}

bool leaves_terminal_alone(std::string_view text) {
    const auto is_control = [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\n') || c == 0x7f; };
    if (!is_utf8(text) || std::ranges::any_of(text, is_control)) return false;
    for (char last = '\x80'; last <= '\x9f'; ++last)
        if (text.find(std::string{'\xc2', last}) != std::string_view::npos) return false;
    constexpr std::array<std::string_view, 12> direction_marks{"\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c",
                                                               "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"};
    return std::ranges::none_of(direction_marks, [&](auto mark) { return text.find(mark) != std::string_view::npos; });
}

}  // namespace perfwrap::fuzz
