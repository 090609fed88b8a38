// Small texts in which the kernel describes itself: /proc/meminfo, a cgroup's files. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace perfwrap {

// The value of the first line "Key : value" with this key, without leading blanks; empty if there is none.
std::string_view field_of(std::string_view text, std::string_view key);

// The number that the text begins with.
std::optional<std::uint64_t> leading_number(std::string_view text, int base = 10);

// The number in the first line of "KEY NUMBER".
std::optional<std::uint64_t> number_after(std::string_view text, std::string_view key);

// Whether the text, split at blanks and line ends, has the word.
bool has_word(std::string_view text, std::string_view word);

}  // namespace perfwrap
