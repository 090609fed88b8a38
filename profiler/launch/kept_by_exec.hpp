// What a process keeps over execve but does not give to a child: `perl -e 'alarm 5; exec @ARGV'` and tini's parent-death signal
// are set up by a caller for the program that it becomes, which under a wrapper is the wrapper's child.
#pragma once

#include <sys/time.h>

#include <array>

namespace perfwrap {

class KeptByExec {
public:
    // Takes the interval timers away from the calling process, and looks up its parent-death signal.
    static KeptByExec take();

    // Gives them to the calling process. Last before execve: a change of user would drop the parent-death signal.
    void give() const;

private:
    std::array<itimerval, 3> timers_{};  // ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF
    int parent_death_signal_ = 0;
};

}  // namespace perfwrap
