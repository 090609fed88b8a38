#pragma once

#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>
#include <ctime>

namespace perfwrap {

// Asks the kernel itself: a library that is preloaded to fake the command's time (libfaketime) must not fake the measurement.
inline std::uint64_t clock_ns(clockid_t clock) {
    timespec now{};
    // Where a seccomp filter refuses the call, the C library can still read most clocks without one.
    if (syscall(SYS_clock_gettime, clock, &now) != 0) clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

// CLOCK_MONOTONIC as perfwrap's time namespace has it: the clock of every *_ns time in perfwrap. That of bpf_ktime_get_ns() is
// the host's; the eBPF probe converts it.
inline std::uint64_t monotonic_ns() { return clock_ns(CLOCK_MONOTONIC); }

// CPU time of the calling thread: the cost of a sampler.
inline std::uint64_t thread_cpu_ns() { return clock_ns(CLOCK_THREAD_CPUTIME_ID); }

}  // namespace perfwrap
