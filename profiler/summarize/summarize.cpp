#include "profiler/summarize/summarize.hpp"

#include <fmt/format.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstring>
#include <functional>

#include "probes/recording/command_name.hpp"
#include "profiler/summarize/proportional.hpp"
#include "profiler/summarize/statistics.hpp"

namespace perfwrap {
namespace {

using enum Metric;

struct Window {
    std::uint64_t exec_ns;
    std::uint64_t end_ns;

    // Empty if the clock did not go on meanwhile.
    std::optional<double> length_seconds() const {
        return end_ns > exec_ns ? std::optional(seconds_since_exec(end_ns)) : std::nullopt;
    }
    // Never negative: the command's process is older than its exec.
    double seconds_since_exec(std::uint64_t ns) const { return ns > exec_ns ? static_cast<double>(ns - exec_ns) / 1e9 : 0.0; }
};

std::optional<double> as_count(std::optional<std::uint64_t> value) {
    if (!value) return std::nullopt;
    return static_cast<double>(*value);
}

std::optional<double> as_seconds(std::optional<std::uint64_t> ns) {
    if (!ns) return std::nullopt;
    return static_cast<double>(*ns) / 1e9;
}

std::optional<double> peak_of(const std::optional<MemoryOverTime>& memory) {
    if (!memory) return std::nullopt;
    return static_cast<double>(memory->peak_bytes);
}

std::optional<double> average_of(const std::optional<MemoryOverTime>& memory, const Window& window) {
    if (!memory || memory->observed_seconds <= 0 || !window.length_seconds()) return std::nullopt;
    return memory->byte_seconds / memory->observed_seconds;
}

MetricValues metrics_of(const Observation& seen, const Window& window, const SummarizeOptions& options) {
    const auto& totals = seen.totals;
    const auto& memory = seen.memory;
    MetricValues values;
    values[wall_seconds] = window.length_seconds();
    values[cpu_seconds] = as_seconds(totals.cpu_ns());
    if (!too_short_to_divide(totals, options.clock_tick_ns)) {
        values[cpu_user_seconds] = as_seconds(totals.cpu_user_ns);
        values[cpu_system_seconds] = as_seconds(totals.cpu_system_ns);
    }
    if (values[cpu_seconds] && values[wall_seconds]) values[cpu_cores_average] = *values[cpu_seconds] / *values[wall_seconds];
    values[rss_peak_bytes] = peak_of(memory.rss);
    values[rss_average_bytes] = average_of(memory.rss, window);
    values[rss_anon_peak_bytes] = as_count(memory.rss_anon_peak_bytes);
    values[rss_file_peak_bytes] = as_count(memory.rss_file_peak_bytes);
    values[rss_shmem_peak_bytes] = as_count(memory.rss_shmem_peak_bytes);
    values[largest_process_rss_peak_bytes] = as_count(memory.largest_process_rss_peak_bytes);
    if (const auto pss = proportional(memory)) {
        if (!peak_not_seen(memory)) values[pss_peak_bytes] = peak_of(*pss);
        values[pss_average_bytes] = average_of(*pss, window);
    }
    values[anon_peak_bytes] = peak_of(memory.anon);
    values[anon_average_bytes] = average_of(memory.anon, window);
    values[file_mapped_peak_bytes] = as_count(memory.file_mapped_peak_bytes);
    values[shmem_peak_bytes] = as_count(memory.shmem_peak_bytes);
    values[cgroup_memory_peak_bytes] = as_count(memory.cgroup_peak_bytes);
    values[swap_peak_bytes] = as_count(memory.swap_peak_bytes);
    values[minor_faults] = as_count(totals.minor_faults);
    values[major_faults] = as_count(totals.major_faults);
    values[voluntary_context_switches] = as_count(totals.voluntary_context_switches);
    values[involuntary_context_switches] = as_count(totals.involuntary_context_switches);
    values[run_queue_wait_seconds] = as_seconds(totals.run_queue_wait_ns);
    values[syscall_read_bytes] = as_count(totals.syscall_read_bytes);
    values[syscall_written_bytes] = as_count(totals.syscall_written_bytes);
    values[storage_read_bytes] = as_count(totals.storage_read_bytes);
    values[storage_written_bytes] = as_count(totals.storage_written_bytes);
    values[processes_started] = as_count(totals.processes_started);
    values[processes_peak] = as_count(totals.processes_peak);
    values[threads_started] = as_count(totals.threads_started);
    values[threads_peak] = as_count(totals.threads_peak);
    values[oom_kills] = as_count(totals.oom_kills);
    return values;
}

std::vector<std::string> command_of(const std::vector<std::string>& command, const SummarizeOptions& options) {
    if (command.empty() || !options.record_arguments) return {program_name(command)};
    return command;
}

ProcessRow row_of(const ProcessFacts& process, const Window& window, const SummarizeOptions& options) {
    ProcessRow row;
    row.pid = process.pid;
    row.parent_pid = process.parent_pid;
    row.command = process.command.empty() ? std::vector{process.program} : command_of(process.command, options);
    row.start_seconds = window.seconds_since_exec(process.start_ns);
    if (process.end_ns && *process.end_ns <= window.end_ns) {
        row.end_seconds = window.seconds_since_exec(*process.end_ns);
        if (process.wait_status) row.exit = exit_of(*process.wait_status);
    }
    row.threads = process.threads_peak;
    if (process.cpu_user_ns && process.cpu_system_ns) row.cpu_seconds = as_seconds(process.cpu_ns());
    row.cpu_user_seconds = as_seconds(process.cpu_user_ns);
    row.cpu_system_seconds = as_seconds(process.cpu_system_ns);
    row.rss_peak_bytes = as_count(process.rss_peak_bytes);
    return row;
}

std::optional<double> peak_of_largest(const ProgramUse& used) {
    return used.rss_peak_bytes > 0 ? std::optional(static_cast<double>(used.rss_peak_bytes)) : std::nullopt;
}

double without(std::uint64_t total, std::uint64_t part) { return total > part ? static_cast<double>(total - part) : 0.0; }

ProcessTableResult processes_of(const Observation& seen, const Window& window, const SummarizeOptions& options) {
    ProcessTableResult table;
    std::uint64_t rows_cpu_ns = 0;
    for (const auto& process : seen.processes.sorted()) {
        rows_cpu_ns += process.cpu_ns();
        table.recorded.push_back(row_of(process, window, options));
    }
    const auto& totals = seen.totals;
    if (totals.processes_started)
        table.omitted.count =
            *totals.processes_started - std::min<std::uint64_t>(*totals.processes_started, table.recorded.size());
    if (const auto cpu_ns = totals.cpu_ns()) table.omitted.cpu_seconds = without(*cpu_ns, rows_cpu_ns) / 1e9;
    return table;
}

// The most expensive programs; what remains of the tree is one entry of its own.
std::vector<ProgramUsage> programs_of(const Observation& seen, std::size_t limit) {
    const auto& totals = seen.totals;
    std::vector<ProgramUsage> programs;
    ProgramUse listed;
    ProgramUse others = seen.processes.programs().others();
    for (const auto& [program, used] : seen.processes.programs().sorted()) {
        if (programs.size() == limit) {
            others.add(used);
            continue;
        }
        listed.add(used);
        programs.push_back({program, used.processes, as_seconds(used.cpu_ns), peak_of_largest(used)});
    }
    // Not every process of the tree was seen, nor all that it used.
    const auto cpu_ns = std::max(totals.cpu_ns().value_or(0), listed.cpu_ns + others.cpu_ns) - listed.cpu_ns;
    const auto count = std::max(totals.processes_started.value_or(0), listed.processes + others.processes) - listed.processes;
    if (cpu_ns == 0 && count == 0) return programs;
    const bool counted = totals.processes_started || count > 0;
    programs.push_back({std::string(other_programs), counted ? std::optional(count) : std::nullopt, as_seconds(cpu_ns),
                        peak_of_largest(others)});
    return programs;
}

PeakResult peak_of(const PeakMoment& moment, const Window& window, const SummarizeOptions& options) {
    PeakResult peak{.at_seconds = window.seconds_since_exec(moment.at_ns), .processes = {}};
    for (const auto& holder : moment.holders)
        peak.processes.push_back({.pid = holder.pid,
                                  .command = fmt::format("{}", fmt::join(command_of(holder.command, options), " ")),
                                  .rss_bytes = static_cast<double>(holder.rss_bytes)});
    std::ranges::stable_sort(peak.processes, std::greater{}, &PeakHolder::rss_bytes);
    return peak;
}

TimelineResult timeline_of(const Timeline& timeline, const Window& window) {
    TimelineResult columns;
    for (const auto& bucket : timeline.buckets()) {
        if (!window.length_seconds()) break;
        columns.t_seconds.push_back(window.seconds_since_exec(bucket.start_ns));
        columns.rss_max_bytes.push_back(static_cast<double>(bucket.rss_max_bytes));
        columns.rss_mean_bytes.push_back(bucket.rss_mean_bytes);
        columns.cpu_cores.push_back(
            bucket.length_ns > 0 ? static_cast<double>(bucket.cpu_ns) / static_cast<double>(bucket.length_ns) : 0.0);
        columns.processes.push_back(bucket.processes_max);
    }
    return columns;
}

}  // namespace

bool too_short_to_divide(const TreeTotals& totals, std::uint64_t clock_tick_ns) {
    return totals.cpu_ns() && *totals.cpu_ns() < fewest_ticks * clock_tick_ns;
}

RunResult summarize(const Recording& recording, int index, const SummarizeOptions& options) {
    const auto& seen = recording.seen;
    const Window window{recording.exec_ns, recording.end_ns};
    RunResult run;
    run.index = index;
    run.started_at_unix_ms = recording.started_at_unix_ms;
    if (recording.wait_status) run.exit = exit_of(*recording.wait_status);
    run.timed_out = recording.timed_out;
    run.stopped_seconds = static_cast<double>(recording.stopped_ns) / 1e9;
    run.metrics = metrics_of(seen, window, options);
    if (seen.peak && window.length_seconds()) run.peak = peak_of(*seen.peak, window, options);
    run.timeline = timeline_of(seen.timeline, window);
    run.processes = processes_of(seen, window, options);
    run.programs = programs_of(seen, options.programs);
    return run;
}

std::map<Metric, Statistics> statistics(std::span<const RunResult> runs) {
    std::map<Metric, Statistics> summary;
    for (const auto& info : metric_catalogue()) {
        std::vector<double> values;
        for (const auto& run : runs)
            if (const auto& value = run.metrics[info.metric]) values.push_back(*value);
        if (!values.empty()) summary.emplace(info.metric, statistics_of(std::move(values)));
    }
    return summary;
}

std::string signal_name(int signal) {
    const char* const abbreviation = sigabbrev_np(signal);
    return abbreviation != nullptr ? fmt::format("SIG{}", abbreviation) : fmt::format("SIG{}", signal);
}

Exit exit_of(int wait_status) {
    if (WIFEXITED(wait_status)) return {.code = WEXITSTATUS(wait_status), .signal = std::nullopt};
    return {.code = std::nullopt, .signal = signal_name(WTERMSIG(wait_status))};
}

}  // namespace perfwrap
