// Short names for command lines.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace perfwrap {

// What comes after the last slash; all of it if there is none.
std::string_view base_name(std::string_view path);

// The program without its arguments, also where a process has put words of its own into its title; "(unknown)" if there is none.
std::string program_name(std::span<const std::string> command);

// The script's base name where the program is an interpreter ("python -u bench.py" is "bench.py", "python -m pkg.mod" is
// "pkg.mod"), else the program's.
std::string default_benchmark_name(std::span<const std::string> command);

}  // namespace perfwrap
