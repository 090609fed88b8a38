// What an output path refers to, and therefore how it is written.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <variant>

#include "profiler/output/followed_path.hpp"

namespace perfwrap {

// A descriptor that perfwrap was started with: "-", /dev/stdout, /dev/fd/N. Opening such a path again would start at offset 0.
struct InheritedDescriptor {
    int fd = 1;
};

// A pipe, a terminal or another device.
struct InPlace {
    FoundPath found;
};

// A regular file, existing or to be created.
struct Replaceable {
    FoundPath found;
};

using OutputTarget = std::variant<InheritedDescriptor, InPlace, Replaceable>;

// Whether both are the same file or descriptor, however their paths are spelled.
bool same_place(const OutputTarget& a, const OutputTarget& b);

// Follows symbolic links, including dangling ones; opens nothing but directories and O_PATH descriptors. Error: a sentence with
// the path and the remedy.
tl::expected<OutputTarget, std::string> resolve_output(const std::string& path);

// The same for a path that is replaced itself if it is a symbolic link.
tl::expected<Replaceable, std::string> resolve_without_link(const std::string& path);

}  // namespace perfwrap
