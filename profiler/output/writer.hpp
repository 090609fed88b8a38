// Bytes into files: whole or not at all.
#pragma once

#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "profiler/output/output_target.hpp"

namespace perfwrap {

// Whether `path` could be written, found out without leaving anything behind. "-" is standard output.
// Error: a sentence that names the path, what is wrong and what to do.
tl::expected<void, std::string> check_writable(const std::string& path);

// Whether no two of them are the same file or folder. Error: a sentence that names both.
tl::expected<void, std::string> check_distinct(std::span<const std::string> paths);

// A regular or new file is replaced in one step (temporary file in the same folder, fsync, rename) with the permissions that it
// had or that the umask gives; symbolic links are followed, so that the link stays. Anything else (pipe, terminal, device) is
// written in place; a named pipe is waited for until somebody reads it, as long as patience goes.
inline constexpr std::chrono::seconds patience_with_readers{10};
tl::expected<void, std::string> write_output(const std::string& path, std::string_view bytes,
                                             std::chrono::milliseconds patience = patience_with_readers);

// The first of these; `path` is what errors call it.
tl::expected<void, std::string> replace_file(const std::string& path, const Replaceable& target, std::string_view bytes);

// To standard error, as far as it takes it: one that is closed, or that nobody reads, costs nothing but the text.
void tell(std::string_view text);

}  // namespace perfwrap
