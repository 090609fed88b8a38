// Finds out with one cheap system call that a process has not run for a while, so that its /proc files have not changed.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>

namespace perfwrap {

class CpuWatch {
public:
    // The kernel updates the CPU clock of a running thread at ticks, and once a second on a CPU without ticks. If the clock has
    // not moved for longer than that, the process is asleep.
    static constexpr std::uint64_t settling_ns = 1'500'000'000;

    CpuWatch() = default;
    explicit CpuWatch(int pid);

    // CPU time of the whole thread group in nanoseconds, including ended threads; 0: it is gone. Needs no privilege.
    std::uint64_t cpu_ns() const;

    // Whether it has used no CPU time for settling_ns. Everything that it did before then is visible once this returns true.
    bool at_rest(std::uint64_t now_ns);

private:
    std::optional<clockid_t> clock_;
    std::uint64_t last_cpu_ns_ = 0;
    std::uint64_t ran_ns_ = 0;
};

}  // namespace perfwrap
