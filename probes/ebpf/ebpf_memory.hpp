// Reads what the kernel side records about memory: plain arithmetic over the mapped counters.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "probes/bpf/wire.h"
#include "probes/recording/recording.hpp"
#include "probes/recording/timeline.hpp"

namespace perfwrap {

// Takes finished buckets out of the kernel's ring, in order, and zeroes them for reuse. They contain no CPU time or process
// counts.
class BucketReader {
public:
    BucketReader(wire_bucket* ring, std::uint64_t interval_ns, std::uint64_t page_bytes)
        : ring_(ring), interval_ns_(interval_ns), page_bytes_(page_bytes) {}

    // The buckets between the last call and now_ns; the last one is cut at now_ns when `closing`.
    // exec_ns: where bucket 0 begins. If the reader was stopped and fell behind by more than the ring, the time that was
    // overwritten becomes one bucket. Calls visit(const TimelineBucket&) for each.
    template <class Visit>
    void read(std::uint64_t exec_ns, std::uint64_t now_ns, bool closing, Visit visit) {
        if (now_ns <= exec_ns) return;
        const std::uint64_t current = (now_ns - exec_ns) / interval_ns_;
        if (current >= next_ + WIRE_BUCKETS) visit(take_long(current - WIRE_BUCKETS + 1, exec_ns));
        while (next_ < current) visit(take(next_++, exec_ns, interval_ns_));
        const std::uint64_t rest_ns = now_ns - exec_ns - current * interval_ns_;
        if (closing && rest_ns > 0) visit(take(next_++, exec_ns, rest_ns));
    }

private:
    TimelineBucket take_long(std::uint64_t until, std::uint64_t exec_ns);
    std::int64_t take_what_came_late(std::uint64_t number);
    TimelineBucket take(std::uint64_t number, std::uint64_t exec_ns, std::uint64_t length_ns);

    wire_bucket* ring_;
    std::uint64_t interval_ns_;
    std::uint64_t page_bytes_;
    std::uint64_t next_ = 0;
    std::int64_t sum_pages_ = 0;
};

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
