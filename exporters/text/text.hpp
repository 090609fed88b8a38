// Makes foreign text harmless, and lays text out in lines.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace perfwrap {

// Every byte that is not part of well-formed UTF-8 becomes U+FFFD.
std::string valid_utf8(std::string_view bytes);

// Text that is safe to print on one line of a terminal: control characters, direction marks and bytes that are not UTF-8 are
// spelled as \n, \t, \x1b or \u{202e}; without `unicode` every character beyond ASCII becomes a question mark.
std::string printable(std::string_view bytes, bool unicode);

// Columns on a terminal of what printable() returned: wide East Asian characters and emoji take two, combining marks none.
int display_width(std::string_view printable_text);

// "…", or "..." without `unicode`.
std::string_view ellipsis(bool unicode);

// At most `width` columns of it, an ellipsis at the end if anything was cut off.
std::string truncate_to_width(std::string_view printable_text, int width, bool unicode);

// The first or the last characters that fit into `width` columns.
std::string_view first_columns(std::string_view printable_text, int width);
std::string_view last_columns(std::string_view printable_text, int width);

// At most `width` columns of it: the beginning and the end, an ellipsis between them if anything was cut out.
std::string cut_middle(std::string_view printable_text, int width, bool unicode);

// Splits text at blanks.
std::vector<std::string> words_of(std::string_view text);

// Joins the pieces to lines of at most `width` columns, with `separator` after each piece but the last. A piece longer than a
// line is not broken.
std::vector<std::string> flow(const std::vector<std::string>& printable_pieces, std::string_view separator, int width);

// Breaks a text into lines of at most `width` columns, indented by `indent` columns. The caller has already written the
// indentation of the first line.
std::string wrap(std::string_view printable_text, int width, int indent);

}  // namespace perfwrap
