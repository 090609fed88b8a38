// What the probes saw of one run, as plain data: nanoseconds of CLOCK_MONOTONIC, bytes and counts, nothing derived.
// summarize() turns it into a RunResult without asking the system anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "probes/recording/losses.hpp"
#include "probes/recording/process_table.hpp"
#include "probes/recording/timeline.hpp"

namespace perfwrap {

// Totals over the whole tree at the end of the measured window. An empty value was not measured.
struct TreeTotals {
    std::optional<std::uint64_t> cpu_user_ns;
    std::optional<std::uint64_t> cpu_system_ns;
    std::optional<std::uint64_t> minor_faults;
    std::optional<std::uint64_t> major_faults;
    std::optional<std::uint64_t> voluntary_context_switches;
    std::optional<std::uint64_t> involuntary_context_switches;
    std::optional<std::uint64_t> run_queue_wait_ns;
    std::optional<std::uint64_t> syscall_read_bytes;
    std::optional<std::uint64_t> syscall_written_bytes;
    std::optional<std::uint64_t> storage_read_bytes;
    std::optional<std::uint64_t> storage_written_bytes;
    std::optional<std::uint64_t> processes_started;
    std::optional<std::uint64_t> processes_peak;
    std::optional<std::uint64_t> threads_started;
    std::optional<std::uint64_t> threads_peak;
    std::optional<std::uint64_t> oom_kills;

    std::optional<std::uint64_t> cpu_ns() const {
        return cpu_user_ns && cpu_system_ns ? std::optional(*cpu_user_ns + *cpu_system_ns) : std::nullopt;
    }
};

// A quantity of memory over time: its maximum and its integral over the time that was observed.
struct MemoryOverTime {
    std::uint64_t peak_bytes = 0;
    double byte_seconds = 0;
    double observed_seconds = 0;
    std::uint64_t samples = 0;  // number of samples; 0 if every change was followed, or if the samples were not counted
};

// What looks at the page tables of the whole tree found: at each of them the proportional and the resident size, whose ratio
// changes far less than either. The integrals are over the resident sum that is followed all the time.
struct PssLooks {
    std::uint64_t looks = 0;           // that read the page tables
    std::uint64_t moments = 0;         // for which the ratio is known: those of the looks, and later ones without a change
    bool denied = false;               // some process could not be read for lack of rights
    std::uint64_t most_rss_bytes = 0;  // the most resident memory that a look found
    double ratio_at_most = 0;          // of that look
    double private_at_most = 0;        // the part of it that only one process had mapped
    std::uint64_t most_pss_bytes = 0;  // the most that any look found
    double last_ratio = 0;             // of the last look
    double byte_seconds = 0;           // until the last look: of the resident sum times the ratio
    double resident_byte_seconds = 0;  // until the last look: of the resident sum itself
};

struct MemoryTotals {
    std::optional<MemoryOverTime> rss;
    std::optional<std::uint64_t> rss_anon_peak_bytes;
    std::optional<std::uint64_t> rss_file_peak_bytes;
    std::optional<std::uint64_t> rss_shmem_peak_bytes;
    std::optional<std::uint64_t> largest_process_rss_peak_bytes;
    std::optional<PssLooks> pss;
    std::optional<MemoryOverTime> anon;  // physical: each page is counted once
    std::optional<std::uint64_t> file_mapped_peak_bytes;
    std::optional<std::uint64_t> shmem_peak_bytes;
    std::optional<std::uint64_t> cgroup_peak_bytes;
    std::optional<std::uint64_t> swap_peak_bytes;
};

struct MemoryHolder {
    int pid = 0;
    std::vector<std::string> command;
    std::uint64_t rss_bytes = 0;
};

struct PeakMoment {
    std::uint64_t at_ns = 0;
    std::vector<MemoryHolder> holders;
};

// What a probe reports when the measured window closes.
struct Observation {
    TreeTotals totals;
    MemoryTotals memory;
    std::optional<PeakMoment> peak;
    ProcessTable processes;
    Timeline timeline;
    Losses lost;
    bool cgroup_left = false;     // a process of the tree was outside of the command's own cgroup, whose figures lack it
    bool members_hidden = false;  // a process of the tree could not be looked at: sums that would lack it are absent
    bool io_withheld = false;     // the totals lack I/O: a program ran with rights that perfwrap's user does not have
    std::optional<double> mean_interval_seconds;  // the actual mean time between samples
    std::optional<double> cpu_interval_seconds;   // between samples of CPU time, if they are taken separately
    std::optional<std::uint64_t> end_ns;          // the command's end, if the probe knows it better than the return of waitpid
};

// How many rows of a run are kept: of more processes and programs the most expensive ones, and of more buckets neighbours are
// merged.
struct RecordingLimits {
    std::size_t processes = 1000;
    std::size_t timeline_buckets = 2000;
    std::size_t programs = 200;
};

struct Recording {
    std::uint64_t exec_ns = 0;  // the command's exec
    std::uint64_t end_ns = 0;   // the window's end
    std::int64_t started_at_unix_ms = 0;
    std::optional<int> wait_status;  // of the command, as returned by wait(2); empty: it is still running
    bool timed_out = false;
    int told_to_end = 0;                 // the last signal that perfwrap received of those that end most programs; 0: none
    std::uint64_t stopped_ns = 0;        // how long the command was stopped until its end
    std::vector<std::string> orphans;    // "name (pid)" of the processes that were alive when the command ended
    std::vector<std::string> killed;     // "name (pid)" of those that perfwrap ended after that
    std::vector<std::string> survivors;  // "name (pid, state D)" of those that SIGKILL has not ended
    Observation seen;
};

}  // namespace perfwrap
