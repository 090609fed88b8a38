#pragma once

#include <unistd.h>

#include <array>
#include <cerrno>

namespace perfwrap {

// Whether the process is in a directory that has been deleted.
inline bool working_folder_is_gone() {
    std::array<char, 1> too_small{};
    return ::getcwd(too_small.data(), too_small.size()) == nullptr && errno == ENOENT;
}

}  // namespace perfwrap
