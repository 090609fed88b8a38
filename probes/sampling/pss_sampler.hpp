// Proportional set sizes of a tree, read seldom: the kernel walks page tables for each. At most half a per cent of one core, and
// next to nothing while the tree sleeps.
//
// The processes are read one after the other. Of a page that n of them hold each is told an nth; when one leaves, the others'
// parts grow. So who has left before the last one is read is not counted: then no page is counted more than once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "probes/sampling/sampled_memory.hpp"
#include "probes/system/proc_files.hpp"

namespace perfwrap {

class PssSampler {
public:
    explicit PssSampler(ProcFs proc) : proc_(std::move(proc)) {}

    // A run begins, from nothing.
    void start(std::uint64_t exec_ns);

    bool due(std::uint64_t now_ns) const { return now_ns >= next_ns_; }

    // Call when due. True: no process of the tree has run since it was last read, so that its pages are as they were and need not
    // be read. activity: a number that grows whenever one runs. Not for ever: what others do to shared pages does show.
    bool still_holds(std::uint64_t now_ns, std::uint64_t activity);

    // After still_holds. pids: every live process of the tree (or, for one whose leader has ended, a live thread).
    void sample(std::uint64_t now_ns, std::span<const int> pids);

    // Until end_ns. None: it was never seen, or some process's could not be read.
    std::optional<MemoryOverTime> total(std::uint64_t end_ns) const;

private:
    // Which program in which process: when it started, and where the arguments are, which every exec moves and the exit takes
    // away.
    using Program = std::pair<std::uint64_t, std::uint64_t>;
    struct Part {
        int pid;
        Program program;
        std::uint64_t bytes;
    };

    std::optional<Program> program_of(int pid);
    void wait(std::uint64_t now_ns, std::uint64_t cost_ns);

    ProcFs proc_;
    SampledMemory sum_;
    bool denied_ = false;
    std::vector<Part> parts_;  // kept for its memory
    std::uint64_t exec_ns_ = 0;
    std::uint64_t next_ns_ = 0;
    std::uint64_t samples_ = 0;
    std::optional<std::uint64_t> activity_;
    std::uint64_t bytes_ = 0;
    std::uint64_t read_again_ns_ = 0;  // though nobody has run
};

}  // namespace perfwrap
