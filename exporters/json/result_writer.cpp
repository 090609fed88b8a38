#include "exporters/json/result_writer.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "exporters/json/accuracy_json.hpp"
#include "exporters/text/accuracy_text.hpp"
#include "exporters/text/nanoseconds.hpp"
#include "exporters/text/renamed_labels.hpp"
#include "exporters/text/text.hpp"
#include "exporters/text/utc_time.hpp"

namespace perfwrap {
namespace {

using Json = nlohmann::ordered_json;

Json real(double value) { return std::isfinite(value) ? Json(to_the_nanosecond(value)) : Json(nullptr); }

Json whole(double value) {
    constexpr double beyond_int64 = 9223372036854775808.0;
    return std::abs(value) < beyond_int64 ? Json(std::llround(value)) : Json(nullptr);
}

Json number(double value, Unit unit) { return is_whole(unit) ? whole(value) : real(value); }

template <typename T>
Json or_null(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json real_or_null(const std::optional<double>& value) { return value ? real(*value) : Json(nullptr); }

Json whole_or_null(const std::optional<double>& value) { return value ? whole(*value) : Json(nullptr); }

Json column(const std::vector<double>& values, Json (*convert)(double)) {
    Json cells = Json::array();
    for (const double value : values) cells.push_back(convert(value));
    return cells;
}

Json exit_json(const Exit& exit) { return {{"code", or_null(exit.code)}, {"signal", or_null(exit.signal)}}; }

Json benchmark_json(const Benchmark& benchmark) {
    return {{"name", benchmark.name},
            {"command", benchmark.command},
            {"working_directory", benchmark.working_directory},
            {"labels", renamed_labels(benchmark.labels, valid_utf8)}};
}

Json host_json(const Host& host) {
    return {{"hostname", host.hostname},
            {"kernel", host.kernel},
            {"cpu_model", host.cpu_model},
            {"cpus", host.cpus},
            {"memory_bytes", host.memory_bytes}};
}

Json vcs_json(const Vcs& vcs) {
    const auto& committed_at = vcs.committed_at_unix_seconds;
    return {{"commit", vcs.commit},
            {"branch", or_null(vcs.branch)},
            {"dirty", or_null(vcs.dirty)},
            {"committed_at", committed_at ? Json(utc_time_in_seconds(*committed_at)) : Json(nullptr)},
            {"title", or_null(vcs.title)}};
}

Json ci_json(const Ci& ci) {
    return {{"provider", ci.provider},
            {"run_id", or_null(ci.run_id)},
            {"run_url", or_null(ci.run_url)},
            {"pull_request", or_null(ci.pull_request)}};
}

Json source_json(const MetricSource& source) {
    Json json{{"source", source.source}, {"accuracy", accuracy_text(source.accuracy)}};
    json.update(accuracy_json(source.accuracy));
    json["note"] = source.note;
    return json;
}

Json measurement_json(const Measurement& measurement) {
    Json sources = Json::object();
    for (const auto& [metric, source] : measurement.sources) sources[std::string(metric_info(metric).key)] = source_json(source);
    Json unavailable = Json::object();
    for (const auto& [metric, absence] : measurement.unavailable)
        unavailable[std::string(metric_info(metric).key)] = absence.reason;
    return {{"mode", measurement.mode},
            {"interval_seconds", real(measurement.interval_seconds)},
            {"cpu_interval_seconds", real(measurement.cpu_interval_seconds)},
            {"lost_events", measurement.lost_events},
            {"lost", measurement.lost},
            {"sources", std::move(sources)},
            {"unavailable", std::move(unavailable)}};
}

Json metrics_json(const MetricValues& values) {
    Json metrics = Json::object();
    for (const auto& row : metric_catalogue())
        if (const auto value = values[row.metric])
            if (auto written = number(*value, row.unit); !written.is_null()) metrics[std::string(row.key)] = std::move(written);
    return metrics;
}

Json peak_json(const PeakResult& peak) {
    Json holders = Json::array();
    for (const auto& each : peak.processes)
        holders.push_back({{"pid", each.pid}, {"command", each.command}, {"rss_bytes", whole(each.rss_bytes)}});
    return {{"at_seconds", real(peak.at_seconds)}, {"processes", std::move(holders)}};
}

Json timeline_json(const TimelineResult& timeline) {
    return {{"t_seconds", column(timeline.t_seconds, real)},
            {"rss_max_bytes", column(timeline.rss_max_bytes, whole)},
            {"rss_mean_bytes", column(timeline.rss_mean_bytes, whole)},
            {"cpu_cores", column(timeline.cpu_cores, real)},
            {"processes", column(timeline.processes, whole)}};
}

Json process_json(const ProcessRow& row) {
    return {{"pid", row.pid},
            {"parent_pid", row.parent_pid},
            {"command", row.command},
            {"start_seconds", real(row.start_seconds)},
            {"end_seconds", real_or_null(row.end_seconds)},
            {"exit", row.exit ? exit_json(*row.exit) : Json(nullptr)},
            {"threads", row.threads},
            {"cpu_seconds", real_or_null(row.cpu_seconds)},
            {"cpu_user_seconds", real_or_null(row.cpu_user_seconds)},
            {"cpu_system_seconds", real_or_null(row.cpu_system_seconds)},
            {"rss_peak_bytes", whole_or_null(row.rss_peak_bytes)}};
}

Json programs_json(const std::vector<ProgramUsage>& programs) {
    Json totals = Json::array();
    for (const auto& each : programs)
        totals.push_back({{"program", each.program},
                          {"count", or_null(each.count)},
                          {"cpu_seconds", real_or_null(each.cpu_seconds)},
                          {"rss_peak_bytes", whole_or_null(each.rss_peak_bytes)}});
    return totals;
}

Json processes_json(const ProcessTableResult& table) {
    Json recorded = Json::array();
    for (const auto& row : table.recorded) recorded.push_back(process_json(row));
    return {{"recorded", std::move(recorded)},
            {"omitted", {{"count", or_null(table.omitted.count)}, {"cpu_seconds", real_or_null(table.omitted.cpu_seconds)}}}};
}

Json run_json(const RunResult& run) {
    Json exit = exit_json(run.exit);
    exit["timed_out"] = run.timed_out;
    Json json{{"index", run.index},
              {"started_at", utc_time(run.started_at_unix_ms)},
              {"exit", std::move(exit)},
              {"stopped_seconds", real(run.stopped_seconds)},
              {"metrics", metrics_json(run.metrics)},
              {"peak", run.peak ? peak_json(*run.peak) : Json(nullptr)},
              {"timeline", timeline_json(run.timeline)},
              {"processes", processes_json(run.processes)}};
    if (!run.programs.empty()) json["programs"] = programs_json(run.programs);
    return json;
}

// The mean or median of counts need not be whole.
Json statistic(double value, Unit unit) {
    return unit == Unit::count && value != std::trunc(value) ? real(value) : number(value, unit);
}

Json statistics_json(const Statistics& statistics, Unit unit) {
    return {{"n", statistics.n},
            {"mean", statistic(statistics.mean, unit)},
            {"median", statistic(statistics.median, unit)},
            {"stddev", statistics.stddev ? statistic(*statistics.stddev, unit) : Json(nullptr)},
            {"min", statistic(statistics.min, unit)},
            {"max", statistic(statistics.max, unit)}};
}

Json result_json(const Result& result) {
    Json runs = Json::array();
    for (const auto& run : result.runs) runs.push_back(run_json(run));
    Json summary = Json::object();
    for (const auto& [metric, statistics] : result.summary) {
        const auto& row = metric_info(metric);
        summary[std::string(row.key)] = statistics_json(statistics, row.unit);
    }
    Json json{{"schema", "perfwrap-result/1"}};
    if (!result.id.empty()) json["id"] = result.id;
    json["complete"] = result.complete;
    json["perfwrap"] = {{"version", result.perfwrap_version}};
    json["benchmark"] = benchmark_json(result.benchmark);
    json["host"] = host_json(result.host);
    json["vcs"] = result.vcs ? vcs_json(*result.vcs) : Json(nullptr);
    json["ci"] = result.ci ? ci_json(*result.ci) : Json(nullptr);
    json["measurement"] = measurement_json(result.measurement);
    json["runs"] = std::move(runs);
    json["summary"] = std::move(summary);
    return json;
}

std::string on_one_line(const Json& value) { return value.dump(-1, ' ', false, Json::error_handler_t::replace); }

bool fits_one_line(const Json& value) {
    constexpr std::size_t longest = 100;
    if (value.is_primitive()) return true;
    if (!std::ranges::all_of(value, [](const Json& each) { return each.is_primitive(); })) return false;
    return value.is_array() || on_one_line(value).size() <= longest;
}

// Indented, but a column of scalars stays on one line, however long: a timeline of thousands of buckets takes five lines.
void print(std::string& out, const Json& value, std::size_t depth) {
    if (fits_one_line(value)) {
        out += on_one_line(value);
        return;
    }
    out += value.is_object() ? '{' : '[';
    std::string_view separator = "\n";
    for (const auto& [key, item] : value.items()) {
        out.append(separator).append(2 * (depth + 1), ' ');
        if (value.is_object()) out += on_one_line(key) + ": ";
        print(out, item, depth + 1);
        separator = ",\n";
    }
    out.append("\n").append(2 * depth, ' ');
    out += value.is_object() ? '}' : ']';
}

}  // namespace

std::string format_json(const Result& result) {
    std::string out;
    print(out, result_json(result), 0);
    out += '\n';
    return out;
}

}  // namespace perfwrap
