// Replaces a regular file, or makes a new one, in one step.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "profiler/output/output_target.hpp"

namespace perfwrap {

// With the owner and the permissions that the file has, or those that the umask gives. `path` is its name in errors.
tl::expected<void, std::string> replace_file(const std::string& path, const Replaceable& target, std::string_view bytes);

// The same, with the owner and the permissions of another file, if there is one.
tl::expected<void, std::string> replace_file(const std::string& path, const Replaceable& target, std::string_view bytes,
                                             const std::optional<struct stat>& model);

// Whether the file can be replaced; leaves nothing behind.
tl::expected<void, std::string> check_replaceable(const std::string& path, const Replaceable& target);

}  // namespace perfwrap
