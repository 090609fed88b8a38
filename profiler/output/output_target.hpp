// What an output path refers to, and therefore how it is written.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

namespace perfwrap {

// A descriptor that perfwrap was started with: "-", /dev/stdout, /dev/fd/N. Opening such a path again would start at offset 0.
struct InheritedDescriptor {
    int fd = 1;
};

// A pipe, a terminal or another device.
struct InPlace {
    std::string path;
};

// A regular file, existing or to be created.
struct Replaceable {
    std::string folder;  // "." for a bare name
    std::string name;
    std::optional<struct stat> existing;

    std::string path() const { return folder.ends_with('/') ? folder + name : folder + "/" + name; }
};

using OutputTarget = std::variant<InheritedDescriptor, InPlace, Replaceable>;

// Splits a path into directory and name. Does not look at the file system.
Replaceable split_path(std::string_view path);

// Whether both are the same file or descriptor, however their paths are spelled.
bool same_place(const OutputTarget& a, const OutputTarget& b);

// The user whose rights on files the calling thread has.
uid_t user_of_files();

// Follows symbolic links, including dangling ones. Opens nothing. Error: a sentence with the path and the remedy.
tl::expected<OutputTarget, std::string> resolve_output(const std::string& path);

// "cannot write PATH: No space left on device; free some space or choose another path".
std::string write_trouble(std::string_view path, int error);

}  // namespace perfwrap
