// Bytes into files: whole or not at all.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace perfwrap {

// Whether `path` could be written, found out without leaving anything behind. "-" is standard output.
// Error: a sentence that names the path, what is wrong and what to do.
tl::expected<void, std::string> check_writable(const std::string& path);

// A regular or new file is replaced in one step (temporary file in the same folder, fsync, rename) with the permissions that it
// had or that the umask gives; symbolic links are followed, so that the link stays. Anything else (pipe, terminal, device) is
// written in place.
tl::expected<void, std::string> write_output(const std::string& path, std::string_view bytes);

}  // namespace perfwrap
