// Describes the measurement: the plan, corrected by what was really measured.
#include <fmt/format.h>

#include <algorithm>

#include "profiler/summarize/losses.hpp"
#include "profiler/summarize/proportional.hpp"
#include "profiler/summarize/summarize.hpp"

namespace perfwrap {
namespace {

// The mean of `of` over the recordings for which it has a value.
template <typename Of>
std::optional<double> mean(std::span<const Recording> recordings, Of of) {
    double sum = 0;
    int n = 0;
    for (const auto& recording : recordings)
        if (const std::optional<double> value = of(recording.seen)) {
            sum += *value;
            ++n;
        }
    if (n == 0) return std::nullopt;
    return sum / n;
}

std::optional<double> tree_interval(const Observation& seen) { return seen.mean_interval_seconds; }

std::optional<double> cpu_interval(const Observation& seen) { return seen.cpu_interval_seconds; }

// The mean length of the steps that the timelines of the runs have in the end.
std::optional<double> timeline_step(std::span<const RunResult> runs) {
    double seconds = 0;
    std::size_t steps = 0;
    for (const auto& run : runs) {
        const auto& begins = run.timeline.t_seconds;
        if (begins.empty()) continue;
        seconds += std::max(run.metrics[Metric::wall_seconds].value_or(0) - begins.front(), 0.0);
        steps += begins.size();
    }
    return seconds > 0 ? std::optional(seconds / static_cast<double>(steps)) : std::nullopt;
}

// PSS is sampled at intervals of its own.
std::optional<double> pss_interval(const Observation& seen) {
    const auto pss = proportional(seen.memory);
    if (!pss || pss->observed_seconds <= 0) return std::nullopt;
    return pss->observed_seconds / static_cast<double>(pss->samples);
}

bool is_physical(Metric metric) {
    return metric == Metric::anon_peak_bytes || metric == Metric::anon_average_bytes ||
           metric == Metric::file_mapped_peak_bytes || metric == Metric::shmem_peak_bytes;
}

// The cgroup's figures are sampled at intervals of their own, too.
std::optional<double> cgroup_interval(const Observation& seen) {
    const auto& anon = seen.memory.anon;
    if (!anon || anon->samples == 0) return std::nullopt;
    return anon->observed_seconds / static_cast<double>(anon->samples);
}

bool is_pss(Metric metric) { return metric == Metric::pss_peak_bytes || metric == Metric::pss_average_bytes; }

// How often PSS or a figure of the cgroup was looked at, over all runs.
std::optional<std::uint64_t> looks_at(Metric metric, std::span<const Recording> recordings) {
    std::uint64_t looks = 0;
    for (const auto& recording : recordings) {
        const auto& memory = recording.seen.memory;
        if (const auto pss = proportional(memory); pss && is_pss(metric)) looks += pss->samples;
        if (memory.anon && is_physical(metric)) looks += memory.anon->samples;
    }
    return looks > 0 ? std::optional(looks) : std::nullopt;
}

// The planned accuracy, with how often the metric was really sampled.
Accuracy accuracy_of(const MetricPlan& plan, Metric metric, std::span<const Recording> recordings) {
    Accuracy accuracy = plan.accuracy;
    if (accuracy.kind != AccuracyKind::sampled) return accuracy;
    accuracy.interval_seconds = mean(recordings, is_pss(metric)        ? pss_interval
                                                 : is_physical(metric) ? cgroup_interval
                                                                       : tree_interval);
    accuracy.samples = looks_at(metric, recordings);
    return accuracy;
}

// A value that the plan did not expect gets the weakest accuracy.
MetricPlan unplanned(Mode mode) {
    MetricPlan plan;
    plan.measured = true;
    plan.source = mode == Mode::ebpf ? Source::ebpf : Source::procfs;
    plan.accuracy.kind = AccuracyKind::sampled;
    plan.note = "measured, although the plan did not expect it";
    return plan;
}

Absence absence_of(const MetricPlan& plan) {
    if (!plan.measured) return plan.absence;
    if (plan.accuracy.kind == AccuracyKind::sampled)
        return {"no sample: the run was too short, or the file could not be read", ""};
    return {fmt::format("{} reported no value for this run", source_name(plan.source)), ""};
}

bool is_io(Metric metric) {
    return metric == Metric::syscall_read_bytes || metric == Metric::syscall_written_bytes ||
           metric == Metric::storage_read_bytes || metric == Metric::storage_written_bytes;
}

// I/O that perfwrap may not report where its rights come from file capabilities.
std::optional<Absence> withheld(Metric metric, std::span<const Recording> recordings) {
    if (!is_io(metric) || std::ranges::none_of(recordings, [](const Recording& recording) { return recording.seen.io_withheld; }))
        return std::nullopt;
    return Absence{
        "a program with rights of its own ran (set-uid, for example), whose I/O its caller may not see (run perfwrap as root)",
        "root where a program with rights of its own runs"};
}

// Sums that would lack a process.
std::optional<Absence> hidden(const MetricPlan& plan, std::span<const Recording> recordings) {
    const auto hidden_in = [](const Recording& recording) { return recording.seen.members_hidden; };
    if (!plan.measured || plan.source != Source::procfs || std::ranges::none_of(recordings, hidden_in)) return std::nullopt;
    return Absence{
        "/proc hides a process of the tree from perfwrap's user (it is mounted with hidepid), and the sum would lack it (run "
        "perfwrap as root)",
        "root where /proc is mounted with hidepid"};
}

bool is_part_of_cpu(Metric metric) { return metric == Metric::cpu_user_seconds || metric == Metric::cpu_system_seconds; }

// User and system time of runs that were too short.
std::optional<Absence> undivided(Metric metric, const Plan& plan, std::span<const Recording> recordings) {
    const auto too_short = [&](const Recording& run) { return too_short_to_divide(run.seen.totals, plan.clock_tick_ns); };
    if (!is_part_of_cpu(metric) || std::ranges::none_of(recordings, too_short)) return std::nullopt;
    const auto least =
        fmt::format("{} clock ticks ({} ms)", fewest_ticks, static_cast<double>(fewest_ticks * plan.clock_tick_ns) / 1e6);
    return Absence{
        fmt::format("less than {} of CPU time: the kernel divides it by what its ticks see, which was too little", least),
        least + " of CPU time"};
}

// What the figures of the command's cgroup cannot tell, as a process of the tree was in another one.
std::optional<Absence> charged_elsewhere(Metric metric, const Plan& plan, std::span<const Recording> recordings) {
    const bool of_cgroup = plan[metric].source == Source::cgroup || is_physical(metric);
    if (!of_cgroup || std::ranges::none_of(recordings, [](const Recording& recording) { return recording.seen.cgroup_left; }))
        return std::nullopt;
    return Absence{
        "a process of the tree was moved out of the command's cgroup (as systemd-run and container engines do), and its memory "
        "is charged elsewhere",
        ""};
}

// PSS that the looks of the only or the last run do not tell.
std::optional<Absence> untold(Metric metric, std::span<const Recording> recordings) {
    if (!is_pss(metric) || recordings.empty() || !recordings.back().seen.memory.pss) return std::nullopt;
    const auto& memory = recordings.back().seen.memory;
    const auto pss = proportional(memory);
    if (!pss) return Absence{pss.error(), ""};
    const auto unseen = metric == Metric::pss_peak_bytes ? peak_not_seen(memory) : std::nullopt;
    return unseen ? std::optional(Absence{*unseen, ""}) : std::nullopt;
}

std::string looks_text(const Accuracy& accuracy) { return accuracy.samples ? fmt::format("{} looks", *accuracy.samples) : ""; }

// What is divided by the window's length, or is that length.
bool needs_length(Metric metric) {
    using enum Metric;
    return metric == wall_seconds || metric == cpu_cores_average || metric == rss_average_bytes || metric == pss_average_bytes ||
           metric == anon_average_bytes;
}

Absence why_absent(Metric metric, const Plan& plan, std::span<const Recording> recordings) {
    if (const auto absence = withheld(metric, recordings)) return *absence;
    if (const auto absence = hidden(plan[metric], recordings)) return *absence;
    if (const auto absence = undivided(metric, plan, recordings)) return *absence;
    const auto& promised = plan[metric];
    if (promised.measured && needs_length(metric) && std::ranges::none_of(recordings, has_length))
        return {"by the clock the command ended before it began, or at that moment", ""};
    if (const auto absence = promised.measured ? charged_elsewhere(metric, plan, recordings) : std::nullopt) return *absence;
    if (const auto absence = promised.measured ? untold(metric, recordings) : std::nullopt) return *absence;
    return absence_of(promised);
}

std::string joined(std::string_view first, std::string_view second) {
    if (first.empty() || second.empty()) return fmt::format("{}{}", first, second);
    return fmt::format("{}; {}", first, second);
}

}  // namespace

Measurement describe_measurement(const Plan& plan, std::span<const Recording> recordings, std::span<const RunResult> runs) {
    Measurement measurement;
    measurement.mode = mode_name(plan.mode);
    measurement.interval_seconds = timeline_step(runs).value_or(std::chrono::duration<double>(plan.interval).count());
    measurement.cpu_interval_seconds =
        mean(recordings, cpu_interval).value_or(mean(recordings, tree_interval).value_or(measurement.interval_seconds));
    const auto lost = losses_of(recordings);
    measurement.lost_events = lost.total();
    measurement.lost = by_kind(lost);

    for (const auto& info : metric_catalogue()) {
        const auto& promised = plan[info.metric];
        const auto present =
            std::ranges::count_if(runs, [&](const RunResult& run) { return run.metrics[info.metric].has_value(); });
        if (present == 0) {
            measurement.unavailable.emplace(info.metric, why_absent(info.metric, plan, recordings));
            continue;
        }
        const auto how = promised.measured ? promised : unplanned(plan.mode);
        const auto gaps =
            static_cast<std::size_t>(present) == runs.size() ? "" : fmt::format("in {} of {} runs", present, runs.size());
        const auto accuracy = accuracy_of(how, info.metric, recordings);
        MetricSource source{.source = std::string{source_name(how.source)},
                            .accuracy = accuracy,
                            .note = joined(joined(how.note, looks_text(accuracy)), gaps)};
        measurement.sources.emplace(info.metric, in_doubt(std::move(source), info.metric, lost));
    }
    return measurement;
}

}  // namespace perfwrap
