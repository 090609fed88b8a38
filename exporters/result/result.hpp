// What perfwrap reports about a benchmark: plain values in base units, complete for every exporter. Not measured is an empty
// optional.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "exporters/result/accuracy.hpp"
#include "exporters/result/metrics.hpp"

namespace perfwrap {

// How a process ended: exactly one of code and signal is set; neither for a command that is still running.
struct Exit {
    std::optional<int> code;
    std::optional<std::string> signal;  // "SIGKILL"

    bool operator==(const Exit&) const = default;
};

struct ProcessRow {
    int pid = 0;
    int parent_pid = 0;
    std::vector<std::string> command;   // argv as recorded, any bytes; never empty
    double start_seconds = 0;           // since the command's exec
    std::optional<double> end_seconds;  // absent: alive when the measured window closed
    std::optional<Exit> exit;           // absent: alive, or not known
    std::uint32_t threads = 1;          // the most at once
    std::optional<double> cpu_seconds;
    std::optional<double> cpu_user_seconds;
    std::optional<double> cpu_system_seconds;
    std::optional<double> rss_peak_bytes;

    bool operator==(const ProcessRow&) const = default;
};

// The processes without a row: together with the rows they add up to the whole tree.
struct OmittedProcesses {
    std::optional<std::uint64_t> count;
    std::optional<double> cpu_seconds;

    bool operator==(const OmittedProcesses&) const = default;
};

struct ProcessTableResult {
    std::vector<ProcessRow> recorded;  // most CPU first
    OmittedProcesses omitted;

    bool operator==(const ProcessTableResult&) const = default;
};

// What all processes of one program used, with a row or without.
struct ProgramUsage {
    std::string program;                 // base name, or other_programs
    std::optional<std::uint64_t> count;  // of its processes
    std::optional<double> cpu_seconds;
    std::optional<double> rss_peak_bytes;  // of the largest of them

    bool operator==(const ProgramUsage&) const = default;
};

// Stands for all programs without a total of their own, and for what nobody saw who used it.
inline constexpr std::string_view other_programs = "(others)";

struct PeakHolder {
    int pid = 0;
    std::string command;  // the words of argv joined by blanks
    double rss_bytes = 0;

    bool operator==(const PeakHolder&) const = default;
};

// The processes that held the memory when the tree's resident sum was largest.
struct PeakResult {
    double at_seconds = 0;
    std::vector<PeakHolder> processes;  // largest first

    bool operator==(const PeakResult&) const = default;
};

// Columns of equal length. Each row is a bucket that begins at t_seconds and lasts until the next one begins.
struct TimelineResult {
    std::vector<double> t_seconds;
    std::vector<double> rss_max_bytes;
    std::vector<double> rss_mean_bytes;
    std::vector<double> cpu_cores;
    std::vector<double> processes;

    bool operator==(const TimelineResult&) const = default;
};

struct RunResult {
    int index = 0;
    std::int64_t started_at_unix_ms = 0;
    Exit exit;
    bool timed_out = false;
    double stopped_seconds = 0;  // part of wall_seconds in which the command was stopped (SIGSTOP, job control)
    MetricValues metrics;
    std::optional<PeakResult> peak;
    TimelineResult timeline;
    ProcessTableResult processes;
    std::vector<ProgramUsage> programs;  // most CPU first, other_programs last: together the whole tree

    bool operator==(const RunResult&) const = default;
};

struct MetricSource {
    std::string source;  // "ebpf", "procfs", "cgroup", "clock"
    Accuracy accuracy;
    std::string note;

    bool operator==(const MetricSource&) const = default;
};

struct Statistics {
    std::size_t n = 0;
    double mean = 0;
    double median = 0;
    std::optional<double> stddev;  // of the sample (n - 1); absent for one run
    double min = 0;
    double max = 0;

    bool operator==(const Statistics&) const = default;
};

struct Benchmark {
    std::string name;
    std::vector<std::string> command;
    std::string working_directory;
    std::map<std::string, std::string> labels;

    bool operator==(const Benchmark&) const = default;
};

struct Host {
    std::string hostname;
    std::string kernel;
    std::string cpu_model;
    int cpus = 0;
    std::uint64_t memory_bytes = 0;

    bool operator==(const Host&) const = default;
};

// The source code that was measured. Unknown fields are absent, for example where only the CI's variables describe it.
struct Vcs {
    std::string commit;                 // full hash
    std::optional<std::string> branch;  // without refs/heads/
    std::optional<bool> dirty;          // whether tracked files differ from the commit
    std::optional<std::int64_t> committed_at_unix_seconds;
    std::optional<std::string> title;  // first line of the commit message

    bool operator==(const Vcs&) const = default;
};

// The CI job that ran it.
struct Ci {
    std::string provider;  // "github"
    std::optional<std::string> run_id;
    std::optional<std::string> run_url;
    std::optional<std::uint64_t> pull_request;  // its number; absent: the job is not for a pull request

    bool operator==(const Ci&) const = default;
};

// Why a metric has no value.
struct Absence {
    std::string reason;     // and what would change that
    std::string lacking;    // what is lacking, in short: "eBPF", "--cgroup"; "" if nothing in particular
    bool asked_for = true;  // false: it needs an option that was not given, or eBPF, whose absence is told once

    bool operator==(const Absence&) const = default;
};

struct Measurement {
    std::string mode;                 // "ebpf" or "procfs"
    double interval_seconds = 0;      // mean length of a step of the timeline
    double cpu_interval_seconds = 0;  // mean, for the timeline's CPU time
    std::uint64_t lost_events = 0;
    std::map<Metric, MetricSource> sources;     // every metric that was measured
    std::map<Metric, Absence> unavailable;      // every other metric
    std::map<std::string, std::uint64_t> lost;  // lost_events by kind, those that occurred

    bool operator==(const Measurement&) const = default;
};

struct Result {
    std::string id;  // a ULID, the same in a checkpoint and in the final result; "" in files of the first perfwraps
    std::string perfwrap_version;
    Benchmark benchmark;
    Host host;
    std::optional<Vcs> vcs;
    std::optional<Ci> ci;
    Measurement measurement;
    bool complete = true;  // false: a checkpoint of a command that is still running
    std::vector<RunResult> runs;
    std::map<Metric, Statistics> summary;
    std::vector<std::string> warnings;  // sentences for people; not part of the file

    bool operator==(const Result&) const = default;
};

}  // namespace perfwrap
