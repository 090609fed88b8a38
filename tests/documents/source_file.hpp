// The documents, as files.
#pragma once

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace perfwrap {

inline std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw std::runtime_error(path + " cannot be read");
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace perfwrap
