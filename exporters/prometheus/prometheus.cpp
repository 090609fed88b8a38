#include "exporters/prometheus/prometheus.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "exporters/prometheus/labels.hpp"
#include "exporters/prometheus/text.hpp"
#include "exporters/text/text.hpp"

namespace perfwrap {
namespace {

using Labels = PrometheusLabels;

Labels with(Labels labels, std::string name, std::string_view value) {
    labels.emplace_back(std::move(name), valid_utf8(value));
    return labels;
}

Labels common_labels(const Benchmark& benchmark) {
    Labels labels{{"benchmark", valid_utf8(benchmark.name)}};
    for (const auto& [name, value] : prometheus_labels(benchmark.labels)) labels.emplace_back(name, value);
    return labels;
}

std::optional<double> median(const Result& result, Metric metric) {
    const auto found = result.summary.find(metric);
    if (found == result.summary.end() || !std::isfinite(found->second.median)) return std::nullopt;
    return metric_info(metric).unit == Unit::bytes ? std::round(found->second.median) : found->second.median;
}

bool in_every_run(const Result& result, Metric metric) {
    return std::ranges::all_of(result.runs, [metric](const RunResult& run) { return run.metrics[metric].has_value(); });
}

// The total has no series of its own beside its parts: a sum over the family would count it twice. Parts that only some runs have
// are not parts of the total.
std::vector<PrometheusGauge> cpu_series(const Result& result, const Labels& labels) {
    const auto user = median(result, Metric::cpu_user_seconds);
    const auto system = median(result, Metric::cpu_system_seconds);
    if (user && system && in_every_run(result, Metric::cpu_user_seconds) && in_every_run(result, Metric::cpu_system_seconds))
        return {{with(labels, "mode", "user"), *user}, {with(labels, "mode", "system"), *system}};
    if (const auto total = median(result, Metric::cpu_seconds)) return {{labels, *total}};
    return {};
}

std::vector<PrometheusGauge> series_of(const Result& result, Metric metric, const Labels& labels) {
    if (metric == Metric::cpu_seconds) return cpu_series(result, labels);
    if (metric == Metric::cpu_user_seconds || metric == Metric::cpu_system_seconds) return {};
    if (const auto value = median(result, metric)) return {{labels, *value}};
    return {};
}

Labels info_labels(const Result& result, Labels labels) {
    labels = with(std::move(labels), "version", result.perfwrap_version);
    labels = with(std::move(labels), "mode", result.measurement.mode);
    labels = with(std::move(labels), "host", result.host.hostname);
    labels = with(std::move(labels), "kernel", result.host.kernel);
    return with(std::move(labels), "cpu_model", result.host.cpu_model);
}

std::optional<double> completed_at(const Result& result) {
    if (result.runs.empty() || !result.complete) return std::nullopt;
    const auto& last = result.runs.back();
    const auto lasted = last.metrics[Metric::wall_seconds];
    if (!lasted || !std::isfinite(*lasted)) return std::nullopt;
    return std::round(static_cast<double>(last.started_at_unix_ms) + *lasted * 1e3) / 1e3;
}

}  // namespace

std::string format_prometheus(const Result& result) {
    const Labels labels = common_labels(result.benchmark);
    std::vector<PrometheusFamily> families;
    for (const auto& row : metric_catalogue()) {
        auto series = series_of(result, row.metric, labels);
        if (!series.empty()) families.push_back({"perfwrap_" + std::string(row.key), row.meaning, std::move(series)});
    }
    families.push_back(
        {"perfwrap_run_info", "What was measured, where and how; the value is always 1", {{info_labels(result, labels), 1}}});
    if (const auto completed = completed_at(result))
        families.push_back(
            {"perfwrap_run_completed_timestamp_seconds", "Unix time at which the last run ended", {{labels, *completed}}});
    return prometheus_text(families);
}

}  // namespace perfwrap
