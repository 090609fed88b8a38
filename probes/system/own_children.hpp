// The children of the calling process, as /proc lists them.
#pragma once

#include <sys/types.h>

#include <vector>

namespace perfwrap {

// Of all its threads, zombies included. The list loses nobody: only the process itself removes children from it, by waiting for
// them. Empty if /proc is not the proc file system of its pid namespace.
std::vector<pid_t> own_children();

}  // namespace perfwrap
