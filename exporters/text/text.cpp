#include "exporters/text/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <utility>

namespace perfwrap {
namespace {

struct CodePoint {
    std::optional<char32_t> value;  // none: the byte is not part of well-formed UTF-8
    std::size_t length = 1;
};

// The Unicode Standard, table 3-7: no overlong forms, no surrogates, nothing beyond U+10FFFF.
CodePoint first_code_point(std::string_view bytes) {
    const auto byte = [bytes](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
    const unsigned char lead = byte(0);
    if (lead < 0x80) return {char32_t{lead}, 1};
    const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || bytes.size() < length) return {};

    char32_t value = lead & (0xffU >> (length + 1));
    for (std::size_t i = 1; i < length; ++i) {
        if ((byte(i) & 0xc0U) != 0x80U) return {};
        value = value << 6U | (byte(i) & 0x3fU);
    }
    constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = value >= 0xd800 && value <= 0xdfff;
    if (value < smallest.at(length) || surrogate || value > 0x10ffff) return {};
    return {value, length};
}

struct Range {
    char32_t first;
    char32_t last;
};

template <std::size_t N>
bool within(char32_t value, const std::array<Range, N>& ranges) {
    return std::ranges::any_of(ranges, [value](const Range& range) { return value >= range.first && value <= range.last; });
}

// C0, DEL and C1 controls, zero-width and direction marks, line and paragraph separators, the byte order mark, tags.
constexpr std::array<Range, 9> unprintable{{{0x00, 0x1f},
                                            {0x7f, 0x9f},
                                            {0xad, 0xad},
                                            {0x61c, 0x61c},
                                            {0x200b, 0x200f},
                                            {0x2028, 0x202e},
                                            {0x2060, 0x206f},
                                            {0xfeff, 0xfeff},
                                            {0xe0000, 0xe0fff}}};

constexpr std::array<Range, 9> wide{{{0x1100, 0x115f},
                                     {0x2e80, 0xa4cf},
                                     {0xac00, 0xd7a3},
                                     {0xf900, 0xfaff},
                                     {0xfe30, 0xfe6f},
                                     {0xff00, 0xff60},
                                     {0xffe0, 0xffe6},
                                     {0x1f300, 0x1faff},
                                     {0x20000, 0x3fffd}}};

constexpr std::array<Range, 4> combining{{{0x300, 0x36f}, {0x1ab0, 0x1aff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}}};

std::string spelled(char32_t value) {
    switch (value) {
        case '\n': return "\\n";
        case '\r': return "\\r";
        case '\t': return "\\t";
        default: break;
    }
    const auto number = static_cast<std::uint32_t>(value);
    return value < 0x100 ? fmt::format("\\x{:02x}", number) : fmt::format("\\u{{{:x}}}", number);
}

int columns(const CodePoint& character) {
    if (!character.value || within(*character.value, combining)) return 0;
    return within(*character.value, wide) ? 2 : 1;
}

}  // namespace

std::string valid_utf8(std::string_view bytes) {
    std::string out;
    while (!bytes.empty()) {
        const auto character = first_code_point(bytes);
        out += character.value ? bytes.substr(0, character.length) : std::string_view("\ufffd");
        bytes.remove_prefix(character.length);
    }
    return out;
}

std::string printable(std::string_view bytes, bool unicode) {
    std::string out;
    while (!bytes.empty()) {
        const auto character = first_code_point(bytes);
        if (!character.value)
            out += fmt::format("\\x{:02x}", static_cast<unsigned char>(bytes.front()));
        else if (within(*character.value, unprintable))
            out += spelled(*character.value);
        else if (!unicode && *character.value > 0x7e)
            out += '?';
        else
            out += bytes.substr(0, character.length);
        bytes.remove_prefix(character.length);
    }
    return out;
}

int display_width(std::string_view printable_text) {
    int width = 0;
    while (!printable_text.empty()) {
        const auto character = first_code_point(printable_text);
        width += columns(character);
        printable_text.remove_prefix(character.length);
    }
    return width;
}

std::string_view ellipsis(bool unicode) { return unicode ? "\u2026" : "..."; }

std::string_view first_columns(std::string_view printable_text, int width) {
    std::string_view rest = printable_text;
    for (int used = 0; !rest.empty();) {
        const auto character = first_code_point(rest);
        used += columns(character);
        if (used > width) break;
        rest.remove_prefix(character.length);
    }
    return printable_text.substr(0, printable_text.size() - rest.size());
}

std::string_view last_columns(std::string_view printable_text, int width) {
    for (int used = display_width(printable_text); used > width;) {
        const auto character = first_code_point(printable_text);
        used -= columns(character);
        printable_text.remove_prefix(character.length);
    }
    return printable_text;
}

std::string truncate_to_width(std::string_view printable_text, int width, bool unicode) {
    if (display_width(printable_text) <= width) return std::string(printable_text);
    const auto cut = ellipsis(unicode);
    return std::string(first_columns(printable_text, width - display_width(cut))).append(cut);
}

std::string cut_middle(std::string_view printable_text, int width, bool unicode) {
    if (display_width(printable_text) <= width) return std::string(printable_text);
    const auto cut = ellipsis(unicode);
    const int room = std::max(width - display_width(cut), 0);
    return std::string(first_columns(printable_text, (room + 1) / 2)).append(cut).append(last_columns(printable_text, room / 2));
}

std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    while (!text.empty()) {
        const auto length = std::min(text.find(' '), text.size());
        if (length > 0) words.emplace_back(text.substr(0, length));
        text.remove_prefix(std::min(length + 1, text.size()));
    }
    return words;
}

std::vector<std::string> flow(const std::vector<std::string>& printable_pieces, std::string_view separator, int width) {
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < printable_pieces.size(); ++i) {
        auto piece = printable_pieces[i];
        if (i + 1 < printable_pieces.size()) piece += separator;
        if (!lines.empty() && display_width(lines.back()) + 1 + display_width(piece) <= width)
            lines.back().append(" ").append(piece);
        else
            lines.push_back(std::move(piece));
    }
    return lines;
}

std::string wrap(std::string_view printable_text, int width, int indent) {
    const auto next_line = fmt::format("\n{:{}}", "", indent);
    return fmt::format("{}", fmt::join(flow(words_of(printable_text), "", width - indent), next_line));
}

}  // namespace perfwrap
