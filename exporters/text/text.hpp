// Text for people and formats: foreign bytes made harmless, words set in lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

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

// What is between the blanks.
std::vector<std::string> words_of(std::string_view text);

// The pieces one after another, each but the last with `separator` behind it, in lines of at most `width` columns. A piece longer
// than a line is not broken.
std::vector<std::string> flow(const std::vector<std::string>& printable_pieces, std::string_view separator, int width);

// The words of a text in lines of at most `width` columns. Each line begins at column `indent`; of the first one the caller has
// written what stands before it.
std::string wrap(std::string_view printable_text, int width, int indent);

}  // namespace perfwrap
