// Reads what the kernel side records about memory: plain arithmetic over the mapped counters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "probes/bpf/wire.h"
#include "probes/recording/recording.hpp"

namespace perfwrap {

// From exec_ns, as stamped by the kernel side, to end_ns.
MemoryOverTime over_time(const wire_series& series, std::uint64_t exec_ns, std::uint64_t end_ns, std::uint64_t page_bytes);

// The processes that held memory at the tree's latest maximum: each maximum has a number, and only those with the largest count.
class PeakHolders {
public:
    explicit PeakHolders(std::size_t limit) : limit_(limit) {}

    // Whether a process that held this much at this maximum would be kept.
    bool wants(std::uint64_t peak_number, std::uint64_t rss_bytes) const;
    void add(std::uint64_t peak_number, MemoryHolder holder);

    // The holders at the maximum `peak_number`, largest first.
    std::vector<MemoryHolder> at(std::uint64_t peak_number) const;

private:
    std::size_t limit_;
    std::uint64_t number_ = 0;
    std::vector<MemoryHolder> holders_;
};

}  // namespace perfwrap
