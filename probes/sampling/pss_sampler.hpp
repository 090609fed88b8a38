// Looks at the page tables of a tree: the ratio of its proportional to its resident size. The kernel walks all of them for one
// look, so that looks are rare, while the resident size is followed all the time: the ratio is what is sampled, and it changes
// far less than either. Looking takes at most half a per cent of one core, after 10 ms at the beginning, and hardly
// anything while the tree sleeps.
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

#include "probes/recording/recording.hpp"
#include "probes/system/proc_files.hpp"

namespace perfwrap {

class PssSampler {
public:
    explicit PssSampler(ProcFs proc) : proc_(std::move(proc)) {}

    // Begins a new run.
    void start(std::uint64_t exec_ns);

    // rss_bytes: the resident sum at present. A look is also due when it has grown by two fifths since the largest look.
    bool due(std::uint64_t now_ns, std::uint64_t rss_bytes) const;

    // Call when due. True: no process of the tree has run since it was last read, so its pages have not changed and need not be
    // read again. activity: a number that grows whenever a process of the tree runs. After some time the tree is read again all
    // the same, since other programs can change shared pages.
    bool still_holds(std::uint64_t now_ns, std::uint64_t activity);

    // Call after still_holds() returned false. pids: every live process of the tree, or any one of its threads.
    // resident_byte_seconds: the integral of the resident sum until now.
    void sample(std::uint64_t now_ns, std::span<const int> pids, double resident_byte_seconds);

    const PssLooks& looks() const { return looks_; }

private:
    // Identifies a program in a process: its start time, and the address of its arguments, which changes at every exec and is
    // zero after the exit.
    using Program = std::pair<std::uint64_t, std::uint64_t>;
    struct Part {
        int tid;
        Program program;
        PageTables memory;
    };

    std::optional<Program> program_of(int tid);
    std::optional<Part> read_thread(int tid);
    std::optional<Part> read_process(int pid);
    void add(const PageTables& tree, double resident_byte_seconds);
    void wait(std::uint64_t now_ns, std::uint64_t cost_ns);

    ProcFs proc_;
    PssLooks looks_;
    std::vector<Part> parts_;  // kept so that its memory is reused
    bool stuck_ = false;       // a process could not be read, so that the present look is none
    PageTables last_;
    std::uint64_t exec_ns_ = 0;
    std::uint64_t next_ns_ = 0;
    std::uint64_t last_cost_ns_ = 0;
    std::uint64_t spent_ns_ = 0;
    std::optional<std::uint64_t> activity_;
    std::uint64_t read_again_ns_ = 0;  // when to read again although no process has run
};

}  // namespace perfwrap
