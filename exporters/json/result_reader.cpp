#include "exporters/json/result_reader.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "exporters/json/accuracy_json.hpp"
#include "exporters/json/node.hpp"
#include "exporters/json/parse_json.hpp"
#include "exporters/text/utc_time.hpp"

namespace perfwrap {
namespace {

constexpr std::string_view schema_name = "perfwrap-result/";
constexpr std::string_view schema_version = "1";

bool is_newer(std::string_view version) {
    if (version.empty() || version.find_first_not_of("0123456789") != std::string_view::npos || version.starts_with('0'))
        return false;
    return version.size() > schema_version.size() || version > schema_version;
}

void check_schema(const Node& document) {
    const auto known = fmt::format("{}{}", schema_name, schema_version);
    if (!document.is_object() || !document.has("schema")) document.fail("it is not a result of perfwrap: it has no \"schema\"");
    const auto schema = document.at("schema");
    const auto name = schema.is_text() ? schema.text() : "";
    if (name == known) return;
    if (name.starts_with(schema_name) && is_newer(std::string_view(name).substr(schema_name.size())))
        document.fail(fmt::format("a newer perfwrap wrote it: its schema is {}, and this perfwrap reads \"{}\"",
                                  schema.described(), known));
    document.fail(fmt::format("it is not a result of perfwrap: its schema is {}, not \"{}\"", schema.described(), known));
}

template <typename Read>
auto if_there(const Node& object, std::string_view key, Read read) -> std::optional<decltype(read(object))> {
    const auto node = object.find(key);
    return node ? std::optional(read(*node)) : std::nullopt;
}

std::optional<std::string> optional_text(const Node& object, std::string_view key) {
    return if_there(object, key, [](const Node& node) { return node.text(); });
}

std::optional<double> optional_amount(const Node& object, std::string_view key) {
    return if_there(object, key, [](const Node& node) { return node.amount(); });
}

std::optional<double> optional_whole_amount(const Node& object, std::string_view key) {
    return if_there(object, key, [](const Node& node) { return node.whole_amount(); });
}

template <typename Integer>
std::optional<Integer> optional_integer(const Node& object, std::string_view key) {
    return if_there(object, key, [](const Node& node) { return node.integer<Integer>(); });
}

std::int64_t unix_ms(const Node& node) {
    const auto time = parse_utc_time(node.text());
    if (!time) node.fail_expecting("a time such as 2026-01-01T00:00:00.000Z");
    return *time;
}

std::int64_t unix_seconds(const Node& node) {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::milliseconds{unix_ms(node)}).count();
}

Benchmark read_benchmark(const Node& node) {
    Benchmark benchmark{node.at("name").text(), node.at("command").texts(), node.at("working_directory").text(), {}};
    for (const auto& [name, value] : node.at("labels").members()) benchmark.labels.emplace(name, value.text());
    return benchmark;
}

Host read_host(const Node& node) {
    return {node.at("hostname").text(), node.at("kernel").text(), node.at("cpu_model").text(), node.at("cpus").integer<int>(0),
            node.at("memory_bytes").integer<std::uint64_t>()};
}

Vcs read_vcs(const Node& node) {
    return {node.at("commit").text(), optional_text(node, "branch"),
            if_there(node, "dirty", [](const Node& dirty) { return dirty.flag(); }), if_there(node, "committed_at", unix_seconds),
            optional_text(node, "title")};
}

Ci read_ci(const Node& node) {
    return {node.at("provider").text(), optional_text(node, "run_id"), optional_text(node, "run_url"),
            optional_integer<std::uint64_t>(node, "pull_request")};
}

MetricSource read_source(const Node& node) { return {node.at("source").text(), read_accuracy(node), node.at("note").text()}; }

Measurement read_measurement(const Node& node) {
    Measurement measurement;
    measurement.mode = node.at("mode").text();
    if (measurement.mode != "ebpf" && measurement.mode != "procfs") node.at("mode").fail_expecting("ebpf or procfs");
    measurement.interval_seconds = node.at("interval_seconds").amount();
    measurement.cpu_interval_seconds =
        node.has("cpu_interval_seconds") ? node.at("cpu_interval_seconds").amount() : measurement.interval_seconds;
    measurement.lost_events = node.at("lost_events").integer<std::uint64_t>();
    if (node.has("lost"))
        for (const auto& [kind, count] : node.at("lost").members())
            measurement.lost.emplace(kind, count.integer<std::uint64_t>());
    for (const auto& [key, source] : node.at("sources").members())
        if (const auto metric = find_metric(key)) measurement.sources.emplace(*metric, read_source(source));
    for (const auto& [key, reason] : node.at("unavailable").members()) {
        const auto metric = find_metric(key);
        if (!metric) continue;
        if (measurement.sources.contains(*metric)) reason.fail("this metric also has a source");
        measurement.unavailable.emplace(*metric, Absence{reason.text(), "", true});
    }
    return measurement;
}

Exit read_exit(const Node& node) {
    Exit exit{optional_integer<int>(node, "code"), optional_text(node, "signal")};
    if (exit.code && exit.signal) node.fail("has both a code and a signal");
    return exit;
}

Exit read_end(const Node& node) {
    auto exit = read_exit(node);
    if (!exit.code && !exit.signal) node.fail("has neither a code nor a signal");
    return exit;
}

MetricValues read_metrics(const Node& node) {
    MetricValues values;
    for (const auto& [key, value] : node.members()) {
        const auto metric = find_metric(key);
        if (!metric) continue;
        if (value.is_null()) value.fail_expecting("a number; a metric that was not measured is absent");
        values[*metric] = is_whole(metric_info(*metric).unit) ? value.whole_amount() : value.amount();
    }
    return values;
}

PeakResult read_peak(const Node& node) {
    PeakResult peak{node.at("at_seconds").amount(), {}};
    for (const auto& holder : node.at("processes").items())
        peak.processes.push_back(
            {holder.at("pid").integer<int>(0), holder.at("command").text(), holder.at("rss_bytes").whole_amount()});
    return peak;
}

TimelineResult read_timeline(const Node& node) {
    TimelineResult timeline{node.at("t_seconds").amounts(), node.at("rss_max_bytes").whole_amounts(),
                            node.at("rss_mean_bytes").whole_amounts(), node.at("cpu_cores").amounts(),
                            node.at("processes").whole_amounts()};
    const std::array lengths{timeline.t_seconds.size(), timeline.rss_max_bytes.size(), timeline.rss_mean_bytes.size(),
                             timeline.cpu_cores.size(), timeline.processes.size()};
    if (std::ranges::count(lengths, lengths.front()) != std::ssize(lengths))
        node.fail(fmt::format("its columns are of different lengths: {}", fmt::join(lengths, ", ")));
    return timeline;
}

ProcessRow read_process(const Node& node) {
    ProcessRow row;
    row.pid = node.at("pid").integer<int>(0);
    row.parent_pid = node.at("parent_pid").integer<int>(0);
    row.command = node.at("command").texts();
    if (row.command.empty()) node.at("command").fail("is empty");
    row.start_seconds = node.at("start_seconds").amount();
    row.end_seconds = optional_amount(node, "end_seconds");
    row.exit = if_there(node, "exit", read_end);
    row.threads = node.at("threads").integer<std::uint32_t>();
    row.cpu_seconds = optional_amount(node, "cpu_seconds");
    row.cpu_user_seconds = optional_amount(node, "cpu_user_seconds");
    row.cpu_system_seconds = optional_amount(node, "cpu_system_seconds");
    row.rss_peak_bytes = optional_whole_amount(node, "rss_peak_bytes");
    // Results of the first perfwraps have only the parts.
    if (!node.has("cpu_seconds") && row.cpu_user_seconds && row.cpu_system_seconds)
        row.cpu_seconds = *row.cpu_user_seconds + *row.cpu_system_seconds;
    return row;
}

ProgramUsage read_program(const Node& node) {
    return {node.at("program").text(), optional_integer<std::uint64_t>(node, "count"), optional_amount(node, "cpu_seconds"),
            optional_whole_amount(node, "rss_peak_bytes")};
}

ProcessTableResult read_processes(const Node& node) {
    ProcessTableResult table;
    for (const auto& row : node.at("recorded").items()) table.recorded.push_back(read_process(row));
    const auto omitted = node.at("omitted");
    table.omitted = {optional_integer<std::uint64_t>(omitted, "count"), optional_amount(omitted, "cpu_seconds")};
    return table;
}

// In an incomplete result the command may still be running.
RunResult read_run(const Node& node, bool complete) {
    RunResult run;
    run.index = node.at("index").integer<int>(0);
    run.started_at_unix_ms = unix_ms(node.at("started_at"));
    run.exit = complete ? read_end(node.at("exit")) : read_exit(node.at("exit"));
    run.timed_out = node.at("exit").at("timed_out").flag();
    if (node.has("stopped_seconds")) run.stopped_seconds = node.at("stopped_seconds").amount();
    run.metrics = read_metrics(node.at("metrics"));
    run.peak = if_there(node, "peak", read_peak);
    run.timeline = read_timeline(node.at("timeline"));
    run.processes = read_processes(node.at("processes"));
    if (node.has("programs"))
        for (const auto& program : node.at("programs").items()) run.programs.push_back(read_program(program));
    return run;
}

Statistics read_statistics(const Node& node, Unit unit) {
    // The mean of whole numbers need not be a whole number.
    const auto value = [unit](const Node& number) {
        const auto amount = number.amount();
        if (is_whole(unit) && amount >= 9223372036854775808.0) number.fail_expecting("a number below 2^63");
        return amount;
    };
    Statistics statistics;
    statistics.n = node.at("n").integer<std::size_t>(1);
    statistics.mean = value(node.at("mean"));
    statistics.median = value(node.at("median"));
    statistics.stddev = if_there(node, "stddev", value);
    if (statistics.n == 1 && statistics.stddev) node.at("stddev").fail_expecting("null for a single run");
    statistics.min = value(node.at("min"));
    statistics.max = value(node.at("max"));
    return statistics;
}

Result read(const Node& document) {
    check_schema(document);
    Result result;
    if (document.has("id")) result.id = document.at("id").text();
    if (document.has("complete")) result.complete = document.at("complete").flag();
    result.perfwrap_version = document.at("perfwrap").at("version").text();
    result.benchmark = read_benchmark(document.at("benchmark"));
    result.host = read_host(document.at("host"));
    result.vcs = if_there(document, "vcs", read_vcs);
    result.ci = if_there(document, "ci", read_ci);
    result.measurement = read_measurement(document.at("measurement"));
    for (const auto& run : document.at("runs").items()) result.runs.push_back(read_run(run, result.complete));
    for (const auto& [key, statistics] : document.at("summary").members())
        if (const auto metric = find_metric(key))
            result.summary.emplace(*metric, read_statistics(statistics, metric_info(*metric).unit));
    return result;
}

}  // namespace

tl::expected<Result, std::string> read_result(std::string_view bytes) {
    try {
        const auto json = parse_json(bytes);
        return read(Node(json));
    } catch (const WrongDocument& wrong) {
        return tl::unexpected(std::string(wrong.what()));
    }
}

}  // namespace perfwrap
