// Closing what takes long to close after the process has gone, so that nobody waits for it.
#pragma once

#include <span>

#include "probes/system/unique_fd.hpp"

namespace perfwrap {

// Keeps the open files behind some descriptors alive as long as it lives, and has the kernel close them after that in a thread of
// its own, also when the process is killed. The descriptors themselves stay the caller's. Where the kernel refuses, they are
// closed as usual.
//
// Detaching a tracepoint rewrites kernel code, which stops all CPUs several times for each of them: milliseconds in all.
class LateClose {
public:
    LateClose() = default;
    explicit LateClose(std::span<const int> descriptors);

private:
    // A socket that waits in its own queue can be reached by nobody once its descriptor is closed. The kernel looks for such
    // sockets when another one goes (net/unix/garbage.c), and frees them with everything that waits beside them: so the sender
    // has to go last.
    UniqueFd sender_;
    UniqueFd receiver_;
};

}  // namespace perfwrap
