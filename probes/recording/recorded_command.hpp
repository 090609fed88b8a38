// What recorded command lines take in memory, and how they are cut where many long ones would take too much.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace perfwrap {

// The words and what holding them costs.
std::size_t memory_bytes(const std::vector<std::string>& command);

// As it is if it takes no more than that; else its first words, as far as they fit, and "..." at the end.
void shorten(std::vector<std::string>& command, std::size_t bytes);

}  // namespace perfwrap
