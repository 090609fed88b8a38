// Closes files that are slow to close after the process has ended, so that nobody waits for them.
#pragma once

#include <span>

#include "probes/system/unique_fd.hpp"

namespace perfwrap {

// Keeps the open files behind some descriptors alive for as long as it lives; then a kernel thread closes them, even if the
// process is killed. The descriptors themselves remain the caller's. Where the kernel refuses, the files are closed as usual.
//
// Detaching a tracepoint rewrites kernel code, which stops all CPUs several times for each of them: milliseconds in all.
class LateClose {
public:
    LateClose() = default;
    explicit LateClose(std::span<const int> descriptors);

private:
    // Nobody can reach a socket that waits in its own queue once its descriptor is closed. The kernel looks for such sockets when
    // another one is closed (net/unix/garbage.c), and frees them with everything in the same message: so the sender has to be
    // closed last.
    UniqueFd sender_;
    UniqueFd receiver_;
};

}  // namespace perfwrap
