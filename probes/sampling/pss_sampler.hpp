// Samples the proportional set sizes of a tree. The kernel walks the page tables for each, so they are read rarely: sampling
// takes at most half a per cent of one core, and hardly anything while the tree sleeps.
//
// The processes are read one after the other. Each of the n processes that share a page is charged one nth of it; when one exits,
// the shares of the others grow. A process that exits before the last one is read is therefore not counted, so that no page is
// counted more than once.
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

    // Begins a new run.
    void start(std::uint64_t exec_ns);

    bool due(std::uint64_t now_ns) const { return now_ns >= next_ns_; }

    // Call when due. True: no process of the tree has run since it was last read, so its pages have not changed and need not be
    // read again. activity: a number that grows whenever a process of the tree runs. After some time the tree is read again all
    // the same, since other programs can change shared pages.
    bool still_holds(std::uint64_t now_ns, std::uint64_t activity);

    // Call after still_holds() returned false. pids: every live process of the tree (if its leader has ended, a live thread of
    // it).
    void sample(std::uint64_t now_ns, std::span<const int> pids);

    // The sum until end_ns. Empty: there was no sample, or some process could not be read.
    std::optional<MemoryOverTime> total(std::uint64_t end_ns) const;

private:
    // Identifies a program in a process: its start time, and the address of its arguments, which changes at every exec and is
    // zero after the exit.
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
    std::vector<Part> parts_;  // kept so that its memory is reused
    std::uint64_t exec_ns_ = 0;
    std::uint64_t next_ns_ = 0;
    std::uint64_t samples_ = 0;
    std::optional<std::uint64_t> activity_;
    std::uint64_t bytes_ = 0;
    std::uint64_t read_again_ns_ = 0;  // when to read again although no process has run
};

}  // namespace perfwrap
