// Memory, CPU and process count over time, bounded: when there are too many buckets, neighbours are merged in pairs, with exact
// maxima and time-weighted means.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace perfwrap {

struct TimelineBucket {
    std::uint64_t start_ns = 0;  // CLOCK_MONOTONIC
    std::uint64_t length_ns = 0;
    std::uint64_t rss_max_bytes = 0;
    double rss_mean_bytes = 0;
    std::uint64_t cpu_ns = 0;  // CPU time that the tree spent inside the bucket
    std::uint32_t processes_max = 0;
};

// Merges two neighbours: the larger of the maxima, means weighted by length, the sum of CPU times.
TimelineBucket merge(const TimelineBucket& first, const TimelineBucket& second);

class Timeline {
public:
    explicit Timeline(std::size_t limit = 2000) : limit_(limit < 2 ? 2 : limit) {}

    // Buckets come in order of time. Those shorter than the present resolution are merged into the previous one.
    void add(const TimelineBucket& bucket);

    // Spreads CPU time evenly over the time between two moments. Returns the part that fell into existing buckets.
    std::uint64_t spread_cpu(std::uint64_t from_ns, std::uint64_t to_ns, std::uint64_t cpu_ns);

    // Gives CPU time to the last buckets that have room for it, which on so many CPUs have their length times the CPUs. Returns
    // the part for which there was room.
    std::uint64_t fill_cpu(std::uint64_t cpu_ns, unsigned cpus);

    // Ends it at that moment. held_bytes: the sum from then on. What was noticed beyond it happened before: the last
    // bucket gets the maximum, and the CPU time is returned.
    std::uint64_t cut(std::uint64_t end_ns, double held_bytes);

    // The integral of memory over time.
    double byte_seconds() const;

    const std::vector<TimelineBucket>& buckets() const { return buckets_; }

private:
    std::size_t limit_;
    std::uint64_t resolution_ns_ = 0;  // 0: that of the buckets that are added
    std::vector<TimelineBucket> buckets_;
};

}  // namespace perfwrap
