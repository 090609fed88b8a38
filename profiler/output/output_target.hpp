// What an output path stands for, and so how bytes get there.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

namespace perfwrap {

// A descriptor that perfwrap was started with: "-", /dev/stdout, /dev/fd/N. Opening such a path anew would begin at offset 0.
struct InheritedDescriptor {
    int fd = 1;
};

// A pipe, a terminal or another device.
struct InPlace {
    std::string path;
};

// A regular file, present or to be made.
struct Replaceable {
    std::string folder;  // "." for a bare name
    std::string name;
    std::optional<struct stat> existing;

    std::string path() const { return folder.ends_with('/') ? folder + name : folder + "/" + name; }
};

using OutputTarget = std::variant<InheritedDescriptor, InPlace, Replaceable>;

// The folder and the name of a path as it stands, whatever is there.
Replaceable split_path(std::string_view path);

// Whether both are one file or one descriptor, however they are written.
bool same_place(const OutputTarget& a, const OutputTarget& b);

// Whose rights the calling thread has on files.
uid_t user_of_files();

// Follows symbolic links, dangling ones too, to what they name. Opens nothing. Error: a sentence with the path and the remedy.
tl::expected<OutputTarget, std::string> resolve_output(const std::string& path);

// "cannot write PATH: No space left on device; free some space or choose another path".
std::string write_trouble(std::string_view path, int error);

}  // namespace perfwrap
