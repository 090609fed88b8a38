// The timeline of a tree whose memory the kernel follows by itself and whose CPU time is sampled. Arithmetic only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "probes/ebpf/bucket_reader.hpp"
#include "probes/recording/timeline.hpp"

namespace perfwrap {

class TreeTimeline {
public:
    TreeTimeline(wire_bucket* ring, std::uint64_t interval_ns, std::uint64_t page_bytes, unsigned cpus, std::size_t limit)
        : buckets_(ring, interval_ns, page_bytes), cpus_(cpus), timeline_(limit) {}

    // The window begins with the call of exec, before the kernel has loaded the program and buckets begin: until then nothing is
    // held.
    void begin(std::uint64_t began_ns) { began_ns_ = began_ns; }

    // Adds the complete buckets until now_ns. memory: what the kernel side keeps beside the ring.
    void add_memory(const wire_memory& memory, std::uint64_t exec_ns, std::uint64_t now_ns, std::uint32_t processes);

    // Adds what is left until end_ns, and ends there, even if buckets were read beyond it.
    void close(const wire_memory& memory, std::uint64_t exec_ns, std::uint64_t end_ns, std::uint32_t processes);

    // runtime_ns: the CPU time that the tree had used at at_ns. Call it after add_memory() up to then. What is new is spread
    // evenly over the time since the previous sample; the part after the last complete bucket is added to later buckets.
    // The kernel tells a running thread's time at its next tick or switch: what the CPUs could not have spent since the previous
    // sample was spent before it.
    void add_cpu(std::uint64_t at_ns, std::uint64_t runtime_ns);

    const Timeline& timeline() const { return timeline_; }
    // Where the ring was overwritten before it was read.
    std::uint64_t gaps() const { return buckets_.gaps(); }
    // The mean time between two samples of CPU time; empty before the second.
    std::optional<double> cpu_interval_seconds() const;

private:
    void add_buckets(const wire_memory& memory, std::uint64_t exec_ns, std::uint64_t until_ns, std::uint32_t processes,
                     bool closing);

    BucketReader buckets_;
    unsigned cpus_;
    Timeline timeline_;
    std::uint64_t began_ns_ = 0;   // 0: with the first bucket
    std::uint64_t end_ns_ = 0;     // of the last bucket
    std::uint64_t cpu_to_ns_ = 0;  // CPU time has been added until here
    std::uint64_t shown_cpu_ns_ = 0;
    std::uint32_t last_processes_ = 0;
    std::uint64_t looks_ = 0;
    std::uint64_t first_look_ns_ = 0;
    std::uint64_t last_look_ns_ = 0;
};

}  // namespace perfwrap
