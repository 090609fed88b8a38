// The processes of a run, bounded: the most expensive keep their rows, the rest are summed up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace perfwrap {

struct ProcessFacts {
    int pid = 0;
    int parent_pid = 0;
    std::vector<std::string> command;
    std::uint64_t start_ns = 0;           // CLOCK_MONOTONIC
    std::optional<std::uint64_t> end_ns;  // absent: alive when the window closed
    std::optional<int> wait_status;       // as returned by wait(2)
    std::uint32_t threads_peak = 1;
    std::optional<std::uint64_t> cpu_user_ns;
    std::optional<std::uint64_t> cpu_system_ns;
    std::optional<std::uint64_t> rss_peak_bytes;

    std::uint64_t cpu_ns() const { return cpu_user_ns.value_or(0) + cpu_system_ns.value_or(0); }
};

// Keeps the `limit` most expensive processes by CPU, then by memory, in O(log limit) per process. Command lines are kept whole
// while all of them take less than command_bytes; later ones are cut to short_command_bytes.
class ProcessTable {
public:
    static constexpr std::size_t command_bytes = 1024 * 1024;
    static constexpr std::size_t short_command_bytes = 1024;

    explicit ProcessTable(std::size_t limit = 1000) : limit_(limit) {}

    void add(ProcessFacts process);

    // Whether add() would keep a process of this cost. With it a probe skips work for rows that would be dropped.
    bool would_keep(std::uint64_t cpu_ns, std::uint64_t rss_peak_bytes) const;

    // The window closed at end_ns, and whatever has ended was seen to have ended before it, however late that was noticed.
    void all_ended_by(std::uint64_t end_ns);

    // Most expensive first.
    std::vector<ProcessFacts> sorted() const;

    std::size_t limit() const { return limit_; }
    // The number of processes that were added but have no row.
    std::uint64_t dropped_count() const { return dropped_count_; }
    std::uint64_t dropped_cpu_ns() const { return dropped_cpu_ns_; }

private:
    std::size_t limit_;
    std::size_t commands_bytes_ = 0;
    std::vector<ProcessFacts> heap_;  // the cheapest is on top
    std::uint64_t dropped_count_ = 0;
    std::uint64_t dropped_cpu_ns_ = 0;
};

}  // namespace perfwrap
