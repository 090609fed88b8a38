// A child of perfwrap that has ended. One system call does all of it, so that there is one to be allowed: waitid(2), which also
// tells what the child used, though the C library's function does not pass that on.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>

namespace perfwrap {

struct EndedChild {
    int status = 0;  // as returned by wait(2)
    rusage used{};   // by it and the children that it has waited for
};

// An ended child that was not reaped yet; 0: there is none.
pid_t ended_child();

// Reaps it. Empty: it is not an ended child any more.
std::optional<EndedChild> reap(pid_t child);

// Why the kernel would not let perfwrap wait for children: an errno; 0: it would.
int waiting_is_refused();

}  // namespace perfwrap
