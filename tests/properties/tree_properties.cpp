#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "tests/properties/properties.hpp"

namespace perfwrap::test {
namespace {

using enum Metric;

}  // namespace

Violations rows_that_are_not_the_tree(const Result&, const RunResult& run) {
    Violations found;
    const auto& rows = run.processes.recorded;
    const auto& omitted = run.processes.omitted;
    const auto& started = run.metrics[processes_started];
    if (started && omitted.count && static_cast<double>(rows.size() + *omitted.count) != *started)
        found.push_back(fmt::format("{} rows and {} omitted of processes_started {}", rows.size(), *omitted.count, *started));
    const auto& cpu = run.metrics[cpu_seconds];
    if (!cpu || !omitted.cpu_seconds) return found;
    double sum = *omitted.cpu_seconds;
    for (const auto& row : rows) sum += row.cpu_seconds.value_or(0);
    // Each value is written to the nanosecond.
    if (std::abs(sum - *cpu) > nanosecond * static_cast<double>(2 * rows.size() + 2))
        found.push_back(
            fmt::format("{} rows and {} s omitted make {} s of cpu_seconds {}", rows.size(), *omitted.cpu_seconds, sum, *cpu));
    return found;
}

Violations programs_that_are_not_the_tree(const Result&, const RunResult& run) {
    Violations found;
    double cpu = 0;
    std::uint64_t count = 0;
    bool counted = true;
    for (const auto& program : run.programs) {
        cpu += program.cpu_seconds.value_or(0);
        count += program.count.value_or(0);
        counted = counted && program.count;
    }
    const auto& tree = run.metrics[cpu_seconds];
    if (tree && std::abs(cpu - *tree) > nanosecond * static_cast<double>(run.programs.size() + 1))
        found.push_back(fmt::format("programs with {} s of cpu_seconds {}", cpu, *tree));
    const auto& started = run.metrics[processes_started];
    if (started && (!counted || static_cast<double>(count) != *started))
        found.push_back(fmt::format("programs with {} of processes_started {}", count, *started));
    return found;
}

// Only perfwrap's own process has children here but no row.
Violations rows_without_their_parents(const Result&, const RunResult& run) {
    std::set<int> pids;
    std::set<int> parents;
    for (const auto& row : run.processes.recorded) {
        pids.insert(row.pid);
        parents.insert(row.parent_pid);
    }
    for (const int pid : pids) parents.erase(pid);
    if (parents.size() <= 1) return {};
    return {fmt::format("parents without a row: {}", fmt::join(parents, ", "))};
}

Violations lives_out_of_the_window(const Result&, const RunResult& run) {
    Violations found;
    const double wall = run.metrics[wall_seconds].value_or(0);
    for (const auto& row : run.processes.recorded) {
        const double end = row.end_seconds.value_or(wall);
        if (row.start_seconds > end || end > wall + nanosecond)
            found.push_back(
                fmt::format("process {} lives from {} to {} s, wall_seconds is {}", row.pid, row.start_seconds, end, wall));
    }
    if (run.peak && run.peak->at_seconds > wall)
        found.push_back(fmt::format("the peak is at {} s, wall_seconds is {}", run.peak->at_seconds, wall));
    return found;
}

// threads_peak may be below processes_peak: a process that has ended counts until it is reaped, and has no live thread.
Violations counts_below_peaks(const Result&, const RunResult& run) {
    Violations found;
    const auto at_least = [&](Metric greater, Metric lesser) {
        const auto& large = run.metrics[greater];
        const auto& small = run.metrics[lesser];
        if (large && small && *large < *small)
            found.push_back(fmt::format("{} {} below {} {}", metric_info(greater).key, *large, metric_info(lesser).key, *small));
    };
    at_least(processes_started, processes_peak);
    at_least(threads_started, threads_peak);
    at_least(threads_started, processes_started);
    for (const auto& row : run.processes.recorded)
        if (const auto& most = run.metrics[threads_peak]; most && row.threads > *most)
            found.push_back(fmt::format("{} threads of process {}, threads_peak {}", row.threads, row.pid, *most));
    const auto& at_once = run.timeline.processes;
    const auto& peak = run.metrics[processes_peak];
    const double most = at_once.empty() ? 0 : *std::ranges::max_element(at_once);
    if (peak && most > *peak) found.push_back(fmt::format("{} processes in the timeline, processes_peak {}", most, *peak));
    return found;
}

}  // namespace perfwrap::test
