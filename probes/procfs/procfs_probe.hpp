// Follows the process tree through /proc, without privileges.
//
// Memory, process and thread counts are sampled; the CPU time, faults, context switches and I/O of the tree are completed by what
// wait4 and zombies report, so that they do not depend on the samples:
//   + the usage of each child that perfwrap reaped (its own and that of all descendants that were waited for)
//   - what perfwrap itself used in the command's process before the exec
//   + processes that are alive when the window closes: what they used, and what the processes used that they waited for. Context
//     switches are known only for their live threads.
//   + descendants whose parent ignores SIGCHLD, so that the kernel reaps them itself: what the last sample saw. A lower bound,
//     and without their I/O.
// I/O is unknown if a child ended before it was seen, unless perfwrap is root: only root may read it then.
// The resident sum is taken to change linearly between samples. Its peak is at least the kernel's high-water mark of any process.
//
// Cost: after the first millisecond sampling slows down so that it takes at most 4 % of one core, and proportional set sizes at
// most 1 % more. One sample takes about 20 us for each process that has run lately, 1 us for one that sleeps.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <tl/expected.hpp>

#include "probes/recording/probe.hpp"

namespace perfwrap {

struct ProcfsProbeOptions {
    std::chrono::nanoseconds finest_interval = std::chrono::milliseconds(1);
    bool adaptive_interval = true;  // false: always finest_interval, as far as the cost allows
    bool sample_pss = false;
    RecordingLimits limits{};
    std::string proc_root = "/proc";
};

// Error: proc_root cannot be read, or does not show the calling process.
tl::expected<std::unique_ptr<Probe>, std::string> make_procfs_probe(const ProcfsProbeOptions& options);

}  // namespace perfwrap
