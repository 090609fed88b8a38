#include "tests/documents/passage.hpp"

#include <fmt/format.h>

namespace perfwrap {
namespace {

struct Span {
    std::size_t begin;
    std::size_t end;
};

// From the line after the first marker to the beginning of the line that holds the second.
std::optional<Span> between_markers(std::string_view document, std::string_view name) {
    const auto first = document.find(fmt::format("begin {}: written by scripts/documents", name));
    if (first == std::string_view::npos) return std::nullopt;
    const auto line_end = document.find('\n', first);
    if (line_end == std::string_view::npos) return std::nullopt;
    const auto last = document.find(fmt::format(" end {}", name), line_end);
    if (last == std::string_view::npos) return std::nullopt;
    return Span{line_end + 1, document.rfind('\n', last) + 1};
}

}  // namespace

std::optional<std::string> passage_in(std::string_view document, std::string_view name) {
    const auto span = between_markers(document, name);
    if (!span) return std::nullopt;
    return std::string(document.substr(span->begin, span->end - span->begin));
}

std::optional<std::string> with_passage(std::string_view document, std::string_view name, std::string_view text) {
    const auto span = between_markers(document, name);
    if (!span) return std::nullopt;
    return fmt::format("{}{}{}", document.substr(0, span->begin), text, document.substr(span->end));
}

}  // namespace perfwrap
