// What the tree has used, each process counted once, and a row for each process that has ended. Arithmetic only.
#pragma once

#include <sys/resource.h>

#include <cstdint>
#include <optional>
#include <span>

#include "probes/procfs/process_tree.hpp"
#include "probes/procfs/usage.hpp"
#include "probes/recording/recording.hpp"

namespace perfwrap {

class TreeAccounts {
public:
    explicit TreeAccounts(std::size_t max_processes) : rows_(max_processes) {}

    // before_exec: what perfwrap itself used in the command's process. may_grow_bytes: by how much the kernel's counter of its
    // resident memory may have grown until the exec.
    void command_started(int pid, std::uint64_t exec_ns, const rusage& before_exec, std::uint64_t may_grow_bytes = 0);

    // A child of perfwrap. usage covers it and all descendants that were waited for. Null: it was never seen.
    // Returns the largest resident set of any of them, if usage shows it.
    std::optional<std::uint64_t> reaped(const TrackedProcess* process, std::uint64_t now_ns, int wait_status,
                                        const rusage& usage);

    // Processes that have gone since the last refresh, ancestors first: their parent waited for them, or no process did. One that
    // started after now_ns, the end of the window, is not counted.
    void vanished(std::span<const TrackedProcess> processes, std::uint64_t now_ns);

    // A process that still exists when the window closes.
    void still_there(const TrackedProcess& process, const Read<IoCounters>& io);

    // What the tree has used so far, including the processes that are present.
    std::uint64_t cpu_ns(std::span<const TrackedProcess> present) const;

    // The largest high-water mark of any process; 0 if none is known.
    std::uint64_t largest_process_rss_peak_bytes() const { return largest_process_rss_peak_bytes_; }

    // Call once, after everything else.
    TreeTotals totals() const;
    ProcessTable take_rows() { return std::move(rows_); }

private:
    Usage own(const TrackedProcess& process) const;
    void add_row(const TrackedProcess& process, const Usage& own, std::optional<std::uint64_t> end_ns,
                 std::optional<int> wait_status);

    int command_pid_ = 0;  // 0 once it is reaped
    std::uint64_t exec_ns_ = 0;
    Usage before_exec_;
    std::uint64_t rss_peak_before_exec_bytes_ = 0;

    Usage total_;  // of ended processes, and at the end also of those that still exist
    std::optional<IoCounters> io_{IoCounters{}};
    std::uint64_t largest_process_rss_peak_bytes_ = 0;
    ProcessTable rows_;
    std::uint64_t rows_cpu_ns_ = 0;
};

}  // namespace perfwrap
