// Parses the values of options. Errors name the value but not the option: the caller puts its name before them.
#pragma once

#include <fmt/format.h>

#include <chrono>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <utility>
#include <vector>

#include "profiler/cli/spelling.hpp"

namespace perfwrap {

// A format that results can be written in, as -o takes it.
struct OutputFormat {
    std::string_view name;
    std::string_view suffix;       // ".json"; "" if only the name selects it
    std::string_view description;  // for --help
};

struct Output {
    std::string format;  // the name of one of the known formats
    std::string path;    // "-" is standard output
};

// "10ms", "1.5s"; units us, ms, s, m, h. Longer than zero.
tl::expected<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text);

// A duration of at least 100us.
tl::expected<std::chrono::nanoseconds, std::string> parse_interval(std::string_view text);

// How often to write the result so far; empty for "off".
tl::expected<std::optional<std::chrono::nanoseconds>, std::string> parse_checkpoint(std::string_view text);

// A whole number, 0 included.
tl::expected<std::size_t, std::string> parse_count(std::string_view text);

// One of a few words.
template <typename Value>
tl::expected<Value, std::string> parse_choice(std::string_view text,
                                              std::initializer_list<std::pair<std::string_view, Value>> choices) {
    std::vector<std::string_view> words;
    for (const auto& [word, value] : choices) {
        if (word == text) return value;
        words.push_back(word);
    }
    return tl::unexpected(fmt::format("'{}' is not one of {}{}", text, fmt::join(words, ", "), did_you_mean(text, words)));
}

// "[FORMAT:]PATH". A word before the first colon names a format, known or not; without one the path's suffix selects it, as
// in "./a:b.json". Standard output without a format is JSON.
tl::expected<Output, std::string> parse_output(std::string_view text, std::span<const OutputFormat> formats);

// "KEY=VALUE"; the value may be empty and may hold further equal signs.
tl::expected<std::pair<std::string, std::string>, std::string> parse_label(std::string_view text);

// "json (.json), junit": for messages and help.
std::string list_formats(std::span<const OutputFormat> formats);

}  // namespace perfwrap
