// A command line in a line of a table.
#pragma once

#include <string>
#include <vector>

namespace perfwrap {

// The words joined by blanks, harmless, in at most `columns` columns. What is too long loses the program's directory, then words
// from its middle, but not the name of the file that it is about.
std::string command_text(const std::vector<std::string>& words, int columns, bool unicode);

}  // namespace perfwrap
