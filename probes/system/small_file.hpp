// Reads a whole file that fits into memory.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace perfwrap {

// The first bytes of the file, at most limit. Empty if it cannot be opened or read.
std::optional<std::string> read_small_file(const std::string& path, std::size_t limit = 1024 * 1024);

}  // namespace perfwrap
