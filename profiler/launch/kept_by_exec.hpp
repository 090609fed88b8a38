// What a process keeps across execve but does not pass to a child: interval timers and the parent-death signal. A caller such as
// `perl -e 'alarm 5; exec @ARGV'` or tini sets them up for the program that it becomes; under a wrapper that program is the
// wrapper's child.
#pragma once

#include <sys/time.h>

#include <array>

namespace perfwrap {

class KeptByExec {
public:
    // Disarms the interval timers of the calling process, and reads its parent-death signal.
    static KeptByExec take();

    // Sets them in the calling process. Call it last before execve: a change of user would clear the parent-death signal.
    void give() const;

private:
    std::array<itimerval, 3> timers_{};  // ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF
    int parent_death_signal_ = 0;
};

}  // namespace perfwrap
