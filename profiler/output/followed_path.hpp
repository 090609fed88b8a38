// From a path to the very file that it names, so that nobody can swap one for another between two looks at it.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "probes/system/unique_fd.hpp"

namespace perfwrap {

// A name in a directory, and what it names, if anything. Descriptors are as from O_PATH.
struct FoundPath {
    UniqueFd directory;
    std::string directory_path;  // for messages
    std::string name;
    UniqueFd file;
    std::optional<struct stat> status;  // of the file; none: there is none
    std::optional<int> descriptor;      // that perfwrap itself has open, named by /proc/self/fd/N
};

enum class LastLink { followed, kept };

// Walks the path from directory to directory. As where /proc/sys/fs/protected_symlinks is set, and whether it is or not, a link
// in a sticky directory such as /tmp is followed only if it belongs to the calling thread's user or to the directory's owner.
// Error: a sentence that names the path and what to do.
tl::expected<FoundPath, std::string> find_path(std::string_view path, LastLink last_link = LastLink::followed);

// Opens what an O_PATH descriptor refers to: that very file. -1 and errno, as open(2).
int reopen(const UniqueFd& file, int flags);

// The user whose rights on files the calling thread has.
uid_t user_of_files();

}  // namespace perfwrap
