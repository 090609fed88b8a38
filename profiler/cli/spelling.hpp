// What a misspelled option was most likely meant to be.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace perfwrap {

// "unknown option '--outptu'; did you mean --output?": with the nearest of the known long options, if one is near. `option` is
// as it was typed, perhaps with a value: "--max=5".
std::string unknown_option(std::string_view option, std::span<const std::string> known);

}  // namespace perfwrap
