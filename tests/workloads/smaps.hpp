// The kernel's own walk over the page tables: exact at the moment of reading, and no counter that a profiler could share an error
// with.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>

namespace workloads {

struct Resident {
    std::uint64_t rss_bytes = 0;
    std::uint64_t pss_bytes = 0;
    std::uint64_t pss_anon_bytes = 0;  // over a whole tree: its anonymous memory, shared pages once
    std::uint64_t anon_huge_bytes = 0;

    Resident& operator+=(const Resident& other);
    bool operator==(const Resident&) const = default;
};

// Of /proc/PID/smaps_rollup. All zero for a process that has no memory any more.
Resident resident(pid_t pid);

Resident resident_sum(std::span<const pid_t> pids);

}  // namespace workloads
