// Foreign bytes made fit for a format or a terminal.
#pragma once

#include <string>
#include <string_view>

namespace perfwrap {

// Every byte that is not part of well-formed UTF-8 becomes U+FFFD.
std::string valid_utf8(std::string_view bytes);

// One line that changes nothing but the columns it takes: control characters, direction marks and bytes that are not UTF-8 are
// spelled as \n, \t, \x1b or \u{202e}; without `unicode` every character beyond ASCII becomes a question mark.
std::string printable(std::string_view bytes, bool unicode);

// Columns on a terminal of what printable() returned: wide East Asian characters and emoji take two, combining marks none.
int display_width(std::string_view printable_text);

// At most `width` columns of it, an ellipsis at the end if anything was cut off.
std::string truncate_to_width(std::string_view printable_text, int width, bool unicode);

}  // namespace perfwrap
