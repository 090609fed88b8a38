// Plain text for people.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace perfwrap {

// The words of `text` in lines of at most `width` columns, each after the first indented by `indent` blanks (which count as columns).
// The first line begins at column `indent` too: the caller has written what stands before it. A word longer than a line is not broken.
std::string wrap(std::string_view text, std::size_t width, std::size_t indent);

}  // namespace perfwrap
