// What a process or a part of the tree has used, in the terms of getrusage(2). Plain arithmetic.
#pragma once

#include <sys/resource.h>

#include <cstdint>

namespace perfwrap {

struct Usage {
    std::uint64_t user_ns = 0;
    std::uint64_t system_ns = 0;
    std::uint64_t minor_faults = 0;
    std::uint64_t major_faults = 0;
    std::uint64_t voluntary_context_switches = 0;
    std::uint64_t involuntary_context_switches = 0;

    std::uint64_t cpu_ns() const { return user_ns + system_ns; }
    Usage& operator+=(const Usage& other);
};

Usage usage_of(const rusage& usage);

Usage operator+(Usage a, const Usage& b);

// Field by field, never below zero.
Usage operator-(Usage a, const Usage& b);

// The CPU time of a process, split in proportion to its whole ticks. total_ns is a finer reading of the same time; if it does not
// agree with the ticks (another process, another pid namespace), the ticks are used.
Usage with_cpu_time(Usage usage, std::uint64_t user_ticks_ns, std::uint64_t system_ticks_ns, std::uint64_t tick_ns,
                    std::uint64_t total_ns);

}  // namespace perfwrap
