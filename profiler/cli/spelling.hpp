// Suggests the option that a misspelled one was probably meant to be.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace perfwrap {

// "unknown option '--outptu'; did you mean --output?": names the nearest of the known long options, if one is near. `option`
// is as typed, perhaps with a value: "--max=5".
std::string unknown_option(std::string_view option, std::span<const std::string> known);

// The same word without capital letters, for ASCII.
std::string in_small_letters(std::string_view text);

// "; did you mean json?": names the nearest of the words, whatever its letters' case, if one is near; "" if none is.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

// The subcommand that a word which names no program was probably meant to be; "" if none is near.
std::string_view nearest_subcommand(std::string_view word);

}  // namespace perfwrap
