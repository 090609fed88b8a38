// How much memory recorded command lines take, and how they are cut if many long ones would take too much.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace perfwrap {

// The memory that the words take, including the overhead of their strings.
std::size_t memory_bytes(const std::vector<std::string>& command);

// Unchanged if it takes no more than that; otherwise as many of the first and of the last words as fit, with "..." for what was
// between them: file names often come last.
void shorten(std::vector<std::string>& command, std::size_t bytes);

}  // namespace perfwrap
