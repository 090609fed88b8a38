#include "tests/fuzz/fuzzed_result.hpp"

#include <fmt/format.h>

#include <cmath>

#include "tests/fuzz/fields.hpp"

namespace perfwrap::fuzz {
namespace {

void take_metrics(Fields& fields, Result& result, RunResult& run) {
    for (const auto& row : metric_catalogue()) {
        const auto field = fields.view();
        if (field.empty()) break;
        const auto value = Fields(field).number<double>();
        run.metrics[row.metric] = value;
        result.summary[row.metric] = {1, value, value, std::nullopt, value, value};
        result.measurement.sources[row.metric] = {"ebpf", {}, ""};
    }
}

void take_processes(Fields& fields, RunResult& run) {
    run.peak.emplace();
    while (!fields.empty() && run.processes.recorded.size() < 20) {
        ProcessRow row;
        row.pid = 1 + static_cast<int>(run.processes.recorded.size());
        row.cpu_user_seconds = fields.number<double>();
        row.cpu_seconds = row.cpu_user_seconds;
        row.rss_peak_bytes = fields.number<double>();
        for (auto word = fields.text(); !word.empty(); word = fields.text()) row.command.push_back(std::move(word));
        if (row.command.empty()) row.command.emplace_back();
        run.peak->processes.push_back({row.pid, fmt::format("{}", fmt::join(row.command, " ")), *row.rss_peak_bytes});
        run.programs.push_back({row.command.front(), 1, row.cpu_seconds, row.rss_peak_bytes});
        run.processes.recorded.push_back(std::move(row));
    }
}

// Buckets of equal length with the numbers of the rows.
void make_timeline(RunResult& run) {
    const double wall = run.metrics[Metric::wall_seconds].value_or(0);
    const auto count = run.processes.recorded.size();
    for (std::size_t i = 0; i < count && wall > 0 && std::isfinite(wall); ++i) {
        const auto& row = run.processes.recorded[i];
        run.timeline.t_seconds.push_back(wall * static_cast<double>(i) / static_cast<double>(count));
        run.timeline.rss_max_bytes.push_back(*row.rss_peak_bytes);
        run.timeline.rss_mean_bytes.push_back(*row.rss_peak_bytes / 2);
        run.timeline.cpu_cores.push_back(*row.cpu_user_seconds);
        run.timeline.processes.push_back(static_cast<double>(i));
    }
}

}  // namespace

Result result_from(std::string_view input) {
    Fields fields(input);
    Result result;
    result.perfwrap_version = "1.0";
    result.benchmark.name = fields.text();
    result.benchmark.working_directory = fields.text();
    result.host.hostname = fields.text();
    result.host.kernel = fields.text();
    result.host.cpu_model = fields.text();
    result.warnings = {fields.text()};
    result.measurement.mode = "ebpf";
    result.measurement.unavailable[Metric::oom_kills] = {fields.text(), "", true};
    RunResult run;
    run.started_at_unix_ms = fields.number<std::int64_t>();
    run.exit.code = fields.number<int>();
    if (auto signal = fields.text(); !signal.empty()) run.exit = {std::nullopt, std::move(signal)};
    take_metrics(fields, result, run);
    for (auto name = fields.text(); !name.empty(); name = fields.text()) result.benchmark.labels[name] = fields.text();
    take_processes(fields, run);
    make_timeline(run);
    result.benchmark.command =
        run.processes.recorded.empty() ? std::vector<std::string>{"true"} : run.processes.recorded[0].command;
    result.runs = {std::move(run)};
    return result;
}

}  // namespace perfwrap::fuzz
