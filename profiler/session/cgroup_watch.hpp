// Follows the command's own memory cgroup: what is charged to it, from one small file, and whether the whole tree is in it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

#include "probes/host/cgroup.hpp"
#include "probes/recording/probe.hpp"
#include "probes/recording/recording.hpp"
#include "probes/sampling/sampled_memory.hpp"

namespace perfwrap {

class CgroupWatch {
public:
    // Null: the command has no cgroup of its own, and there is nothing to watch.
    explicit CgroupWatch(const MemoryCgroup* cgroup) : cgroup_(cgroup) {}

    void begin(std::uint64_t exec_ns);

    // In nanoseconds of CLOCK_MONOTONIC.
    std::uint64_t due_ns() const { return due_ns_; }

    // Call it when due.
    void look(std::uint64_t now_ns, Probe& probe);

    // The command has ended but has not been reaped.
    void ended(pid_t command);

    // Adds the cgroup's figures until end_ns, where the probe has none that are more exact. Without those of a cgroup that a
    // process has left.
    void describe(Observation& seen, std::uint64_t end_ns) const;

private:
    void sample_memory(std::uint64_t now_ns);
    void check(pid_t pid);

    static constexpr std::uint64_t never = ~std::uint64_t{0};

    const MemoryCgroup* cgroup_;
    std::uint64_t exec_ns_ = 0;
    std::uint64_t due_ns_ = never;
    std::uint64_t samples_ = 0;
    SampledMemory anon_;
    std::uint64_t file_mapped_peak_bytes_ = 0;
    std::uint64_t shmem_peak_bytes_ = 0;
    std::size_t checked_ = 0;
    bool left_ = false;
};

}  // namespace perfwrap
