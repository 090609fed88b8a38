#include "exporters/screen/summary.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>

#include "exporters/screen/command_text.hpp"
#include "exporters/screen/screen.hpp"
#include "exporters/text/accuracy_text.hpp"
#include "exporters/text/human_units.hpp"
#include "exporters/text/sparkline.hpp"
#include "exporters/text/text.hpp"

namespace perfwrap {
namespace {

constexpr std::size_t shown_processes = 5;
constexpr std::size_t shown_programs = 5;

std::string joined(const std::vector<std::string>& words, std::string_view separator) {
    return fmt::format("{}", fmt::join(words, separator));
}

// The value of the only run, or the median of several runs.
std::optional<double> typical(const Result& result, Metric metric) {
    if (result.runs.size() == 1) return result.runs.front().metrics[metric];
    const auto found = result.summary.find(metric);
    return found == result.summary.end() ? std::nullopt : std::optional(found->second.median);
}

// Where events were lost, a value is a lower limit.
bool is_at_least(const Result& result, Metric metric) {
    const auto found = result.measurement.sources.find(metric);
    return found != result.measurement.sources.end() && found->second.accuracy.cause == BoundCause::lost_events;
}

std::string quantity(Metric metric, double value) { return format_quantity(value, metric_info(metric).unit); }

std::string shown(const Result& result, Metric metric, double value) {
    return (is_at_least(result, metric) ? "at least " : "") + quantity(metric, value);
}

std::optional<std::string> range(const Result& result, Metric metric, const Screen& screen) {
    const auto found = result.summary.find(metric);
    if (result.runs.size() < 2 || found == result.summary.end()) return std::nullopt;
    const auto minimum = quantity(metric, found->second.min);
    const auto maximum = quantity(metric, found->second.max);
    if (minimum == maximum) return std::nullopt;
    return fmt::format("{} {} {}", minimum, screen.ellipsis(), maximum);
}

// "1.50 s" or "1.50 s (1.40 s ... 1.60 s)", with further remarks in the same parentheses.
std::string with_range(const Result& result, Metric metric, double value, std::vector<std::string> remarks,
                       const Screen& screen) {
    if (auto minimum_to_maximum = range(result, metric, screen)) remarks.insert(remarks.begin(), *std::move(minimum_to_maximum));
    auto text = shown(result, metric, value);
    if (remarks.empty()) return text;
    return fmt::format("{} ({})", text, joined(remarks, "; "));
}

// "exact", "within 768 KiB per process", "sampled every 10 ms".
std::vector<std::string> accuracy(const Result& result, Metric metric) {
    const auto found = result.measurement.sources.find(metric);
    if (found == result.measurement.sources.end()) return {};
    return {accuracy_remark(found->second.accuracy)};
}

std::string outcome(const RunResult& run) {
    std::string how = "exit status unknown";
    if (run.exit.code) how = fmt::format("exit {}", *run.exit.code);
    if (run.exit.signal) how = "killed by " + *run.exit.signal;
    return run.timed_out ? "timed out, " + how : how;
}

std::string outcomes(const Result& result) {
    std::vector<std::pair<std::string, std::size_t>> counts;
    for (const auto& run : result.runs) {
        const auto how = outcome(run);
        const auto same = std::ranges::find(counts, how, &std::pair<std::string, std::size_t>::first);
        if (same == counts.end())
            counts.emplace_back(how, 1);
        else
            ++same->second;
    }
    if (counts.size() == 1) return counts.front().first;
    std::vector<std::string> parts;
    parts.reserve(counts.size());
    for (const auto& [how, count] : counts) parts.push_back(fmt::format("{} ({} of {} runs)", how, count, result.runs.size()));
    return joined(parts, ", ");
}

void add_heading(const Result& result, Screen& screen) {
    const auto name = screen.harmless(result.benchmark.name);
    const auto room = screen.width() - display_width(name) - 2;
    const auto command = command_text(result.benchmark.command, room, screen.unicode());
    const auto heading = screen.bold(screen.cut(name, screen.width()));
    screen.line(name == command || room < 4 ? heading : heading + ": " + command);
    if (result.runs.size() > 1)
        screen.line(fmt::format("  {} runs, each value a median (minimum {} maximum)", result.runs.size(), screen.ellipsis()));

    const bool succeeded =
        std::ranges::all_of(result.runs, [](const RunResult& run) { return run.exit.code == 0 && !run.timed_out; });
    const auto text = screen.harmless(outcomes(result));
    screen.row("ended", {succeeded ? text : screen.red(text)});
}

// Elapsed time includes the time in which the command was stopped.
std::vector<std::string> stops(const Result& result) {
    const auto stopped = std::ranges::count_if(result.runs, [](const RunResult& run) { return run.stopped_seconds > 0; });
    if (stopped == 0) return {};
    if (result.runs.size() > 1) return {fmt::format("stopped in {} of {} runs", stopped, result.runs.size())};
    return {fmt::format("stopped for {} of it", format_seconds(result.runs.front().stopped_seconds))};
}

void add_cpu(const Result& result, Screen& screen) {
    if (const auto wall = typical(result, Metric::wall_seconds))
        screen.row("wall", {with_range(result, Metric::wall_seconds, *wall, stops(result), screen)});

    std::vector<std::string> facts;
    if (const auto cpu = typical(result, Metric::cpu_seconds))
        facts.push_back(with_range(result, Metric::cpu_seconds, *cpu, {}, screen));
    if (const auto user = typical(result, Metric::cpu_user_seconds)) facts.push_back("user " + format_seconds(*user));
    if (const auto system = typical(result, Metric::cpu_system_seconds)) facts.push_back("system " + format_seconds(*system));
    if (const auto cores = typical(result, Metric::cpu_cores_average))
        facts.push_back(with_range(result, Metric::cpu_cores_average, *cores, {}, screen));
    screen.row("CPU", facts);
}

// If both are equally exact, the accuracy is printed once.
std::vector<std::string> peak_and_average(const Result& result, const Screen& screen) {
    const auto peak = typical(result, Metric::rss_peak_bytes);
    const auto average = typical(result, Metric::rss_average_bytes);
    const auto of_peak = accuracy(result, Metric::rss_peak_bytes);
    const auto of_average = accuracy(result, Metric::rss_average_bytes);
    const bool in_one = peak && average && of_peak == of_average && result.runs.size() == 1;
    std::vector<std::string> facts;
    if (peak)
        facts.push_back("peak " +
                        with_range(result, Metric::rss_peak_bytes, *peak, in_one ? std::vector<std::string>{} : of_peak, screen));
    if (average) facts.push_back("average " + with_range(result, Metric::rss_average_bytes, *average, of_average, screen));
    return in_one ? std::vector{joined(facts, " and ")} : facts;
}

void add_memory(const Result& result, Screen& screen) {
    auto facts = peak_and_average(result, screen);
    const auto add = [&](std::string_view what, Metric metric, std::vector<std::string> remarks) {
        if (const auto value = typical(result, metric))
            facts.push_back(fmt::format("{} {}", what, with_range(result, metric, *value, std::move(remarks), screen)));
    };
    add("largest process", Metric::largest_process_rss_peak_bytes, {});
    add("PSS peak", Metric::pss_peak_bytes, accuracy(result, Metric::pss_peak_bytes));
    add("anonymous peak", Metric::anon_peak_bytes, {});
    if (typical(result, Metric::shmem_peak_bytes) > 0.0) add("shared peak", Metric::shmem_peak_bytes, {});
    add("cgroup peak", Metric::cgroup_memory_peak_bytes, {});
    if (typical(result, Metric::swap_peak_bytes) > 0.0) add("swap peak", Metric::swap_peak_bytes, {});
    screen.row("memory", facts);
}

struct Fact {
    Metric metric;
    std::string_view format;  // of the quantity
};

void add_facts(const Result& result, Screen& screen, std::string_view label, std::initializer_list<Fact> facts) {
    std::vector<std::string> texts;
    for (const auto& [metric, format] : facts)
        if (const auto value = typical(result, metric))
            texts.push_back(fmt::format(fmt::runtime(format), shown(result, metric, *value)));
    screen.row(label, texts);
}

void add_counts(const Result& result, Screen& screen) {
    using enum Metric;
    add_facts(result, screen, "faults", {{minor_faults, "{} minor"}, {major_faults, "{} major"}});
    add_facts(result, screen, "switches",
              {{voluntary_context_switches, "{} voluntary"},
               {involuntary_context_switches, "{} involuntary"},
               {run_queue_wait_seconds, "{} waiting for a CPU"}});
    add_facts(result, screen, "I/O",
              {{syscall_read_bytes, "read calls {}"},
               {syscall_written_bytes, "write calls {}"},
               {storage_read_bytes, "from storage {}"},
               {storage_written_bytes, "to storage {}"}});
    add_facts(result, screen, "processes", {{processes_started, "{} in all"}, {processes_peak, "{} at once"}});
    add_facts(result, screen, "threads", {{threads_started, "{} in all"}, {threads_peak, "{} at once"}});
    if (typical(result, oom_kills) > 0.0) add_facts(result, screen, "OOM kills", {{oom_kills, "{}"}});
}

// If there are several runs, the last one is shown.
std::string_view which_run(const Result& result) { return result.runs.size() > 1 ? ", last run" : ""; }

void add_sparklines(const Result& result, Screen& screen) {
    const auto& run = result.runs.back();
    const auto& timeline = run.timeline;
    const double end = run.metrics[Metric::wall_seconds].value_or(0);
    const auto steps = static_cast<std::size_t>(std::ranges::count_if(timeline.t_seconds, [end](double at) { return at < end; }));
    if (steps < 2) return;
    const auto starts = std::span(timeline.t_seconds).first(steps);

    const auto span = fmt::format("over {}{}", format_seconds(end - timeline.t_seconds.front()), which_run(result));
    constexpr int label_and_axis = 32;
    const int columns = std::min(screen.width() - label_and_axis - static_cast<int>(span.size()), 60);
    if (columns < 8) return;
    const auto memory = window_maxima(starts, timeline.rss_max_bytes, end, columns);
    const auto cpu = window_means(starts, timeline.cpu_cores, end, columns);
    const double most_memory = std::ranges::max(memory);
    const double most_cpu = std::ranges::max(cpu);
    screen.line("");
    screen.row("memory",
               {fmt::format("{} max {} {}", sparkline(memory, most_memory, screen.unicode()), format_bytes(most_memory), span)});
    screen.row("CPU", {fmt::format("{} max {} {}", sparkline(cpu, most_cpu, screen.unicode()), format_cores(most_cpu), span)});
}

// The processes that add_processes() shows no row of.
struct RemainingProcesses {
    std::uint64_t count = 0;
    bool counted = false;  // without eBPF their number is not known, but their CPU time is
    std::optional<double> cpu_seconds;

    bool none() const { return count == 0 && (counted || cpu_seconds.value_or(0) <= 0); }
};

RemainingProcesses remaining(const ProcessTableResult& table) {
    RemainingProcesses rest{table.omitted.count.value_or(0), table.omitted.count.has_value(), table.omitted.cpu_seconds};
    for (std::size_t i = shown_processes; i < table.recorded.size(); ++i) {
        ++rest.count;
        const auto cpu = table.recorded[i].cpu_seconds;
        rest.cpu_seconds = rest.cpu_seconds && cpu ? std::optional(*rest.cpu_seconds + *cpu) : std::nullopt;
    }
    return rest;
}

std::string seconds_or_dash(const std::optional<double>& value) { return value ? format_seconds(*value) : "-"; }
std::string bytes_or_dash(const std::optional<double>& value) { return value ? format_bytes(*value) : "-"; }

void add_processes(const Result& result, Screen& screen) {
    const auto& table = result.runs.back().processes;
    const auto& rows = table.recorded;
    if (rows.empty()) return;
    screen.line("");
    screen.line(screen.bold(fmt::format("  {:>9}  {:>10}  {:>10}  command{}", "PID", "CPU", "peak RSS", which_run(result))));
    for (std::size_t i = 0; i < std::min(rows.size(), shown_processes); ++i) {
        const auto numbers = fmt::format("  {:>9}  {:>10}  {:>10}  ", rows[i].pid, seconds_or_dash(rows[i].cpu_seconds),
                                         bytes_or_dash(rows[i].rss_peak_bytes));
        screen.line(numbers + command_text(rows[i].command, screen.width() - static_cast<int>(numbers.size()), screen.unicode()));
    }
    const auto rest = remaining(table);
    if (rest.none()) return;
    const auto which = rest.counted ? format_count(static_cast<double>(rest.count)) + " more" : "all others";
    screen.line(fmt::format("  {:>9}  {:>10}  {:>10}  {}", "", seconds_or_dash(rest.cpu_seconds), "", which));
}

ProgramUsage sum(std::span<const ProgramUsage> programs) {
    ProgramUsage all{"all others", 0, 0.0, std::nullopt};
    for (const auto& each : programs) {
        all.count = all.count && each.count ? std::optional(*all.count + *each.count) : std::nullopt;
        all.cpu_seconds =
            all.cpu_seconds && each.cpu_seconds ? std::optional(*all.cpu_seconds + *each.cpu_seconds) : std::nullopt;
        all.rss_peak_bytes = std::max(all.rss_peak_bytes, each.rss_peak_bytes);
    }
    return all;
}

// The most expensive programs, and all others as one.
std::vector<ProgramUsage> shown_of(std::span<const ProgramUsage> programs) {
    const bool has_others = programs.back().program == other_programs;
    const auto count = std::min(shown_programs, programs.size() - (has_others ? 1 : 0));
    std::vector<ProgramUsage> shown(programs.begin(), programs.begin() + static_cast<std::ptrdiff_t>(count));
    if (count < programs.size()) shown.push_back(sum(programs.subspan(count)));
    return shown;
}

// "cc1plus ×293     350 s  max 210 MiB", where there are more processes than rows.
void add_programs(const Result& result, Screen& screen) {
    const auto& run = result.runs.back();
    if (run.programs.empty() || remaining(run.processes).none()) return;
    const auto programs = shown_of(run.programs);
    constexpr int around_title = 38;
    std::vector<std::string> titles;
    int width = 0;
    for (const auto& each : programs) {
        const auto times = each.count ? fmt::format(" {}{}", screen.unicode() ? "\u00d7" : "x", *each.count) : "";
        const int room = screen.width() - around_title - display_width(times);
        titles.push_back(cut_middle(screen.harmless(each.program), room, screen.unicode()) + times);
        width = std::max(width, display_width(titles.back()));
    }
    screen.line("");
    for (std::size_t i = 0; i < programs.size(); ++i) {
        const auto label = fmt::format("{:<10}", i == 0 ? "programs" : "");
        const auto padding = std::string(static_cast<std::size_t>(width - display_width(titles[i])), ' ');
        const auto largest = programs[i].rss_peak_bytes ? "  max " + format_bytes(*programs[i].rss_peak_bytes) : "";
        screen.line(fmt::format("  {}{}{}  {:>10}{}", i == 0 ? screen.bold(label) : label, titles[i], padding,
                                seconds_or_dash(programs[i].cpu_seconds), largest));
    }
}

}  // namespace

std::string format_summary(const Result& result, const SummaryStyle& style) {
    Screen screen(style);
    if (result.runs.empty()) {
        screen.line(screen.bold(screen.harmless(result.benchmark.name)) + ": no run was measured");
    } else {
        add_heading(result, screen);
        add_cpu(result, screen);
        add_memory(result, screen);
        add_counts(result, screen);
        if (style.sparklines) add_sparklines(result, screen);
        add_processes(result, screen);
        add_programs(result, screen);
    }
    screen.not_measured(result.measurement.unavailable);
    for (const auto& warning : result.warnings) screen.warning(warning);
    return screen.text();
}

}  // namespace perfwrap
