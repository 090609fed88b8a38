// Tells by one cheap system call that a process has not run for a while, so that what /proc says of it is what it said before.
#pragma once

#include <cstdint>
#include <ctime>
#include <optional>

namespace perfwrap {

class CpuWatch {
public:
    // The kernel brings the clock of a running thread up to date at ticks, on a CPU without ticks once a second: a clock that
    // stood still for longer is that of a process that sleeps.
    static constexpr std::uint64_t settling_ns = 1'500'000'000;

    CpuWatch() = default;
    explicit CpuWatch(int pid);

    // Nanoseconds of CPU time of the whole thread group, ended threads too; 0: it is gone. Needs no privilege.
    std::uint64_t cpu_ns() const;

    // Whether it has used no CPU time for settling_ns. What it did before the first call that says so, was done before that call.
    bool at_rest(std::uint64_t now_ns);

private:
    std::optional<clockid_t> clock_;
    std::uint64_t last_cpu_ns_ = 0;
    std::uint64_t ran_ns_ = 0;
};

}  // namespace perfwrap
