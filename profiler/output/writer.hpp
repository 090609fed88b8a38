// Writes bytes to files: all of them or none.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace perfwrap {

// Checks that `path` can be written, without leaving anything behind. "-" is standard output. Error: a sentence that names the
// path, what is wrong and what to do.
tl::expected<void, std::string> check_writable(const std::string& path);

// Checks that no two of them are the same file or directory. Error: a sentence that names both.
tl::expected<void, std::string> check_distinct(std::span<const std::string> paths);

// A regular or new file is replaced in one step (temporary file in the same directory, fsync, rename) with the permissions that
// it had or that the umask gives; symbolic links are followed, so that the link stays. Anything else (pipe, terminal, device) is
// written in place; a named pipe must get a reader within `patience`.
inline constexpr std::chrono::seconds patience_with_readers{10};
tl::expected<void, std::string> write_output(const std::string& path, std::string_view bytes,
                                             std::chrono::milliseconds patience = patience_with_readers);

// Writes to standard error. Errors are ignored: if it is closed or has no reader, only the text is lost; also if its reader has
// stopped reading and a signal asks perfwrap to end.
void tell(std::string_view text);

}  // namespace perfwrap
