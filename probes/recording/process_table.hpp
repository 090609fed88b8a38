// The processes of a run, bounded: the most expensive keep their rows, the rest are summed up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "probes/recording/program_totals.hpp"

namespace perfwrap {

struct ProcessFacts {
    int pid = 0;
    int parent_pid = 0;
    bool parent_in_tree = false;  // it gets a row too, before or after this one
    std::vector<std::string> command;
    std::string program;                  // "": that of the command
    std::uint64_t start_ns = 0;           // CLOCK_MONOTONIC
    std::optional<std::uint64_t> end_ns;  // absent: alive when the window closed
    std::optional<int> wait_status;       // as returned by wait(2)
    std::uint32_t threads_peak = 1;
    std::optional<std::uint64_t> cpu_user_ns;
    std::optional<std::uint64_t> cpu_system_ns;
    std::optional<std::uint64_t> rss_peak_bytes;

    std::uint64_t cpu_ns() const { return cpu_user_ns.value_or(0) + cpu_system_ns.value_or(0); }
};

// Keeps the `limit` most expensive processes by CPU, then by memory, in O(log limit) per process, and their ancestors. Command
// lines are kept whole while all of them take less than command_bytes; later ones are cut to short_command_bytes.
class ProcessTable {
public:
    static constexpr std::size_t command_bytes = 1024 * 1024;
    static constexpr std::size_t short_command_bytes = 1024;
    // So many further rows wait for children that are more expensive: a daemon ends long after the process that started it.
    static constexpr std::size_t waiting_rows = 4096;

    explicit ProcessTable(std::size_t limit = 1000) : limit_(limit) {}

    void add(ProcessFacts process);

    // Whether the command of such a process is worth reading: it may get a row, for its own sake or for a child's that was added
    // before.
    bool would_keep(int pid, std::uint64_t cpu_ns, std::uint64_t rss_peak_bytes) const;

    // The window closed at end_ns, and whatever has ended was seen to have ended before it, however late that was noticed.
    void all_ended_by(std::uint64_t end_ns);

    // At most `limit` rows, most expensive first. Each has its ancestors in the tree: where these take the place of cheaper rows
    // and it still does not fit, it has no row.
    std::vector<ProcessFacts> sorted() const;

    // Of every process that was added.
    const ProgramTotals& programs() const { return programs_; }

private:
    void let_wait(ProcessFacts process);

    std::size_t limit_;
    std::size_t commands_bytes_ = 0;
    std::vector<ProcessFacts> heap_;                   // the cheapest is on top
    std::deque<ProcessFacts> waiting_;                 // oldest first
    std::unordered_map<int, std::uint32_t> children_;  // rows by the pid of their parent
    ProgramTotals programs_;
};

}  // namespace perfwrap
