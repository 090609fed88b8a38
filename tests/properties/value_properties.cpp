#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tests/properties/properties.hpp"

namespace perfwrap::test {
namespace {

using enum Metric;

}  // namespace

Violations cpu_that_is_not_its_parts(const Result&, const RunResult& run) {
    const auto& cpu = run.metrics[cpu_seconds];
    const auto& user = run.metrics[cpu_user_seconds];
    const auto& system = run.metrics[cpu_system_seconds];
    if (!cpu || !user || !system || std::abs(*user + *system - *cpu) <= 2 * nanosecond) return {};
    return {fmt::format("cpu_user_seconds {} and cpu_system_seconds {} make {}, not {}", *user, *system, *user + *system, *cpu)};
}

Violations more_cpu_than_there_was(const Result& result, const RunResult& run) {
    Violations found;
    const auto& cpu = run.metrics[cpu_seconds];
    const auto& wall = run.metrics[wall_seconds];
    const auto& cores = run.metrics[cpu_cores_average];
    if (!cpu || !wall) return found;
    if (*cpu > *wall * result.host.cpus)
        found.push_back(fmt::format("cpu_seconds {} in wall_seconds {} on {} CPUs", *cpu, *wall, result.host.cpus));
    if (cores && std::abs(*cores * *wall - *cpu) > nanosecond * (1 + *cores))
        found.push_back(fmt::format("cpu_cores_average {} in wall_seconds {} for cpu_seconds {}", *cores, *wall, *cpu));
    return found;
}

Violations absurd_values(const Result& result, const RunResult& run) {
    Violations found;
    // No run of a test lasts for a day, and no sum over its processes reaches a petabyte.
    const auto limit = [](Unit unit) { return unit == Unit::seconds ? 86'400.0 : 1e15; };
    const auto check = [&](std::string_view what, double value, double most) {
        if (!(value >= 0 && value <= most)) found.push_back(fmt::format("{} is {}", what, value));
    };
    for (const auto& info : metric_catalogue())
        if (const auto& value = run.metrics[info.metric]) check(info.key, *value, limit(info.unit));
    const auto memory = static_cast<double>(result.host.memory_bytes);
    for (const auto metric : {anon_peak_bytes, shmem_peak_bytes, largest_process_rss_peak_bytes})
        if (const auto& value = run.metrics[metric]) check(metric_info(metric).key, *value, memory);
    if (run.metrics[wall_seconds] == 0) found.emplace_back("wall_seconds is 0");
    if (run.metrics[rss_peak_bytes] == 0) found.emplace_back("rss_peak_bytes is 0");
    for (const auto metric : {processes_started, processes_peak, threads_started, threads_peak})
        if (run.metrics[metric] == 0) found.push_back(fmt::format("{} is 0", metric_info(metric).key));
    for (const auto& row : run.processes.recorded) {
        const auto of = [&](std::string_view what) { return fmt::format("{} of process {}", what, row.pid); };
        if (row.pid <= 0 || row.parent_pid < 0) found.push_back(of("the id or its parent's"));
        check(of("threads"), row.threads, 1e6);
        check(of("rss_peak_bytes"), row.rss_peak_bytes.value_or(0), memory);
        check(of("cpu_user_seconds"), row.cpu_user_seconds.value_or(0), limit(Unit::seconds));
        check(of("cpu_system_seconds"), row.cpu_system_seconds.value_or(0), limit(Unit::seconds));
    }
    const auto column = [&](std::string_view what, const std::vector<double>& values) {
        for (const double value : values) check(what, value, 1e15);
    };
    column("rss_max_bytes", run.timeline.rss_max_bytes);
    column("rss_mean_bytes", run.timeline.rss_mean_bytes);
    column("cpu_cores", run.timeline.cpu_cores);
    column("processes", run.timeline.processes);
    return found;
}

// In a series a metric may lack in some of the runs; its note says in how many it is there.
Violations metrics_without_a_word(const Result& result, const RunResult& run) {
    Violations found;
    const auto& sources = result.measurement.sources;
    const auto& unavailable = result.measurement.unavailable;
    for (const auto& info : metric_catalogue()) {
        const bool has_source = sources.contains(info.metric);
        const auto with_value =
            std::ranges::count_if(result.runs, [&](const RunResult& each) { return each.metrics[info.metric].has_value(); });
        const auto runs = std::ssize(result.runs);
        if (run.metrics[info.metric] && !has_source) found.push_back(fmt::format("{} has no source", info.key));
        if (has_source == unavailable.contains(info.metric))
            found.push_back(fmt::format("{} is {} a source and a reason for its absence", info.key,
                                        has_source ? "given both" : "given neither"));
        else if (!has_source && unavailable.at(info.metric).reason.empty())
            found.push_back(fmt::format("{} is absent for no reason", info.key));
        else if (has_source && with_value < runs &&
                 sources.at(info.metric).note.find(fmt::format("in {} of {} runs", with_value, runs)) == std::string::npos)
            found.push_back(
                fmt::format("{} has a value in {} of {} runs, and its note does not say so", info.key, with_value, runs));
    }
    return found;
}

}  // namespace perfwrap::test
