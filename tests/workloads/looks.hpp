// Notices when another program looks at the memory of this workload, that is, opens /proc/PID/smaps_rollup. perfwrap does so for
// PSS, in both modes, after everything else that it reads of a process. A workload that waits for it is seen however slow the
// machine is.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <span>

namespace workloads {

// How often each process must be looked at to be sure that one sample saw all of them: the first sample may have begun before.
inline constexpr long looks_that_see = 2;

// Counts from its construction on. Allocates nothing and needs no library, so that a vfork child can wait too.
class Looks {
public:
    explicit Looks(std::span<const pid_t> pids);
    // Counts how often any file is opened.
    explicit Looks(const char* path);
    ~Looks();
    Looks(const Looks&) = delete;
    Looks& operator=(const Looks&) = delete;

    // Returns when each of the processes has been looked at this often. Fails the workload after 100 s, before the test gives up.
    void wait_for(long times);

private:
    static constexpr std::size_t most = 16;

    void watch(std::size_t number, const char* path);

    int events_;
    std::size_t processes_;
    int watches_[most]{};
    long times_[most]{};
};

// Waits until the processes have been looked at `times` times; 0: returns at once.
void hold_for_looks(std::span<const pid_t> pids, long times);
// The same for the calling process.
void hold_for_looks(long times);

}  // namespace workloads
