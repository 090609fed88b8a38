// Programs that only start another one: nice, env, timeout and the like.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace perfwrap {

// The command that such a program starts, without the program's options and arguments, through any number of them ("nice -n 5
// env A=1 make" is "make"). What is no such program, or starts nothing, is returned as it is.
std::vector<std::string> wrapped_command(std::span<const std::string> command);

}  // namespace perfwrap
