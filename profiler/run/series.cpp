#include "profiler/run/series.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "profiler/run/result_id.hpp"
#include "profiler/summarize/summarize.hpp"
#include "profiler/summarize/warnings.hpp"

namespace perfwrap {
namespace {

Recording without_details(Recording run) {
    run.seen.processes = ProcessTable(0);
    run.seen.timeline = Timeline();
    run.seen.peak.reset();
    return run;
}

}  // namespace

RecordingLimits limits_of_each_run(const RunOptions& options) {
    constexpr std::size_t rows = 20'000;
    constexpr std::size_t buckets = 40'000;
    constexpr std::size_t at_least = 2;
    return {.processes = std::min(options.max_processes, std::max(rows / options.runs, at_least)),
            .timeline_buckets = std::clamp(buckets / options.runs, at_least, RecordingLimits{}.timeline_buckets),
            .programs = std::clamp(rows / options.runs, at_least, RecordingLimits{}.programs)};
}

Series::Series(const RunOptions& options, const HostFacts& facts, const Plan& plan, std::string perfwrap_version)
    : options_(options), plan_(plan) {
    common_.id = new_result_id();
    common_.perfwrap_version = std::move(perfwrap_version);
    std::error_code no_directory;
    common_.benchmark = {.name = options.benchmark_name,
                         .command = options.record_arguments ? options.command : std::vector{options.command.front()},
                         .working_directory = std::filesystem::current_path(no_directory).string(),
                         .labels = options.labels};
    common_.host = {.hostname = facts.hostname,
                    .kernel = facts.kernel,
                    .cpu_model = facts.cpu_model,
                    .cpus = facts.cpus,
                    .memory_bytes = facts.memory_bytes};
}

void Series::add(Recording run) {
    auto row = summarized(run, runs_.size());
    const std::lock_guard lock(mutex_);
    runs_.push_back(std::move(row));
    recordings_.push_back(without_details(std::move(run)));
}

Result Series::result() const {
    Result result = result_of(recordings_, runs_);
    if (runs_.size() < options_.runs)
        result.warnings.push_back(fmt::format("the series ended with run {} of {}: {}", runs_.size(), options_.runs,
                                              recordings_.back().told_to_end != 0
                                                  ? "a signal asked perfwrap to end"
                                                  : "it failed, or the next one could not be started"));
    return result;
}

Result Series::result_with(Recording so_far) const {
    std::unique_lock lock(mutex_);
    auto runs = runs_;
    auto recordings = recordings_;
    lock.unlock();
    runs.push_back(summarized(so_far, runs.size()));
    recordings.push_back(without_details(std::move(so_far)));
    Result result = result_of(std::move(recordings), std::move(runs));
    result.complete = false;
    return result;
}

RunResult Series::summarized(const Recording& run, std::size_t index) const {
    return summarize(run, static_cast<int>(index),
                     {.record_arguments = options_.record_arguments,
                      .clock_tick_ns = plan_.clock_tick_ns,
                      .programs = limits_of_each_run(options_).programs});
}

Result Series::result_of(std::vector<Recording> recordings, std::vector<RunResult> runs) const {
    Result result = common_;
    result.measurement = describe_measurement(plan_, recordings, runs);
    result.summary = statistics(runs);
    result.warnings = warnings_of(recordings, plan_);
    result.runs = std::move(runs);
    return result;
}

}  // namespace perfwrap
