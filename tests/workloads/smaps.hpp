// The kernel's own walk over the page tables: exact at the moment of reading, and independent of the counters that a profiler
// reads.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>

namespace workloads {

struct Resident {
    std::uint64_t rss_bytes = 0;
    std::uint64_t pss_bytes = 0;
    std::uint64_t pss_anon_bytes = 0;  // the sum over a tree is its anonymous memory, with shared pages counted once
    std::uint64_t anon_huge_bytes = 0;

    Resident& operator+=(const Resident& other);
    bool operator==(const Resident&) const = default;
};

// Reads /proc/PID/smaps_rollup. All values are zero for a process that no longer has memory.
Resident resident(pid_t pid);

Resident resident_sum(std::span<const pid_t> pids);

}  // namespace workloads
