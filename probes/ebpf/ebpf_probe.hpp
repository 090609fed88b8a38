// Follows the tree inside the kernel: totals are kept there, rows arrive by ring buffer, the live view by a task iterator.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "probes/recording/probe.hpp"

namespace perfwrap {

struct EbpfProbeOptions {
    std::uint64_t interval_ns = 10'000'000;  // the finest resolution of the timeline
    RecordingLimits limits{};
    bool sample_pss = false;
    bool physical_memory = false;  // of the command's own cgroup, whose id arm() gets
    // For an ordinary user who runs perfwrap with file capabilities: hides arguments and I/O of programs with rights of their
    // own.
    bool hide_strangers = false;
    bool waits_for_orphans = false;   // false: nothing is measured after the end of the command
    bool every_memory_event = false;  // false: page faults within a batch are followed only where they can affect the peak
};

// Loads and attaches the BPF programs. Error: what the kernel answered.
tl::expected<std::unique_ptr<Probe>, std::string> make_ebpf_probe(const EbpfProbeOptions& options);

}  // namespace perfwrap
