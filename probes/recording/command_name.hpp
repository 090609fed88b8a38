// Short names for command lines.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace perfwrap {

// The part after the last slash, or everything if there is no slash.
std::string_view base_name(std::string_view path);

// The program without its arguments, also if the process has changed its title; "(unknown)" if there is none.
std::string program_name(std::span<const std::string> command);

// The base name of the script if the program is an interpreter ("python -u bench.py" is "bench.py", "python -m pkg.mod" is
// "pkg.mod"), otherwise that of the program. Programs that only start another one, such as nice and env, are looked through.
std::string default_benchmark_name(std::span<const std::string> command);

}  // namespace perfwrap
