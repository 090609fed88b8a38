// Summarizes samples of the tree: peaks, averages, which processes held memory at the peak, the timeline. Arithmetic only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "probes/procfs/process_tree.hpp"
#include "probes/recording/recording.hpp"
#include "probes/sampling/sampled_memory.hpp"

namespace perfwrap {

class TreeSamples {
public:
    explicit TreeSamples(unsigned cpus, std::size_t timeline_buckets = RecordingLimits{}.timeline_buckets)
        : cpus_(cpus), timeline_(timeline_buckets) {}

    // tree_cpu_ns: what the tree has used until now. It may seem to fall while a process is reaped and added to the totals of its
    // parent; the timeline uses the largest value so far.
    void add(std::uint64_t at_ns, std::span<const TrackedProcess> processes, std::uint64_t tree_cpu_ns);

    // The process is known to have held this much at some moment.
    void raise_peak(std::uint64_t at_ns, const TrackedProcess& process, std::uint64_t bytes);
    // The same for a process that is not known.
    void raise_peak(std::uint64_t bytes);

    std::uint64_t rss_now_bytes() const { return last_.memory.rss_bytes(); }
    // The integral of the resident sum until the last sample.
    double rss_byte_seconds() const { return rss_.byte_seconds(); }

    // The last sample is taken to be valid until the end.
    void close(std::uint64_t end_ns, std::uint64_t tree_cpu_ns);

    // Fills in what was sampled. holders: the maximum number of processes listed at the peak, the largest first.
    void observe(Observation& seen, std::size_t holders) const;

private:
    struct Sums {
        ResidentMemory memory;
        std::uint32_t processes = 0;
        std::uint32_t threads = 0;
    };
    struct Holder {
        int pid = 0;
        Command command;
        std::uint64_t rss_bytes = 0;
    };

    void add_bucket(std::uint64_t at_ns, const Sums& now, std::uint64_t tree_cpu_ns);

    unsigned cpus_;
    bool any_ = false;
    std::uint64_t first_ns_ = 0;
    std::uint64_t last_ns_ = 0;
    std::uint64_t count_ = 0;
    Sums last_;
    Sums peaks_;  // the maximum of each field
    SampledMemory rss_;
    std::uint64_t raised_bytes_ = 0;  // the largest raise of the peak since the last bucket
    std::uint64_t peak_at_ns_ = 0;
    std::vector<Holder> holders_;
    std::uint64_t shown_cpu_ns_ = 0;
    Timeline timeline_;
};

}  // namespace perfwrap
