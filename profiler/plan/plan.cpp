#include "profiler/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "probes/system/counter_batch.hpp"
#include "profiler/plan/obstacles.hpp"

namespace perfwrap {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds default_interval = 10ms;

// What a way of measuring needs beyond its mode.
enum class Need : std::uint8_t { nothing, ebpf, process_io, smaps_rollup, own_cgroup, ebpf_or_own_cgroup, physical_memory };

// What bounds a value, before the host's figures make a bound of it.
enum class Limit : std::uint8_t {
    none,
    clock_ticks,
    unseen_children,
    charge_batch,
    counter_batch,
    three_counter_batches,
    late_faults
};

struct Way {
    Source source;
    AccuracyKind accuracy;
    std::string_view note;
    Need need = Need::nothing;
    Limit limit = Limit::none;
    bool from_rss_counters = false;  // what older kernels tell late
};

struct Row {
    Metric metric;
    Way ebpf;
    Way procfs;
};

constexpr std::string_view waited_note =
    "never too high; exact for every process that is waited for, up to its last sample for one whose parent ignores SIGCHLD";
constexpr std::string_view divided_note = "the kernel splits cpu_seconds by what its ticks saw";
constexpr std::string_view followed_note = "at most a batch of pages a CPU over where threads fault at one moment";
constexpr std::string_view batches_note = "the kernel counts pages in batches on each CPU";
constexpr std::string_view late_note =
    "before Linux 6.2 a thread keeps its page faults to itself until there are more than 64; one is a page, or up to 16 of a "
    "file";
constexpr std::string_view sampled_note = "misses what comes and goes between samples; at most 4 % of a core";
constexpr std::string_view seldom_note = "read less often than the resident size; at most 0.5 % of a core";

constexpr Way clock_time{Source::clock, AccuracyKind::exact, ""};
constexpr Way counted{Source::ebpf, AccuracyKind::exact, ""};
constexpr Way divided{Source::ebpf, AccuracyKind::bounded, divided_note, Need::nothing, Limit::clock_ticks};
constexpr Way waited_and_divided{Source::procfs, AccuracyKind::bounded, divided_note, Need::nothing, Limit::clock_ticks};
constexpr Way waited{Source::procfs, AccuracyKind::bounded, waited_note, Need::nothing, Limit::unseen_children};
constexpr Way waited_io{Source::procfs, AccuracyKind::bounded, waited_note, Need::process_io, Limit::unseen_children};
constexpr Way followed{Source::ebpf, AccuracyKind::exact, followed_note, Need::nothing, Limit::none, true};
constexpr Way followed_in_batches{Source::ebpf, AccuracyKind::bounded, batches_note, Need::nothing, Limit::counter_batch, true};
constexpr Way followed_in_sum{Source::ebpf,  AccuracyKind::bounded,        batches_note,
                              Need::nothing, Limit::three_counter_batches, true};
constexpr Way followed_late{Source::ebpf, AccuracyKind::bounded, late_note, Need::nothing, Limit::late_faults};
constexpr Way seen_in_proc{Source::procfs, AccuracyKind::sampled, sampled_note};
constexpr Way seen_in_smaps{Source::procfs, AccuracyKind::sampled, seldom_note, Need::smaps_rollup};
constexpr Way charged{Source::cgroup, AccuracyKind::bounded, "the kernel charges ahead", Need::own_cgroup, Limit::charge_batch};
constexpr Way only_ebpf{Source::ebpf, AccuracyKind::exact, "", Need::ebpf};
constexpr Way killed_in_cgroup{Source::cgroup, AccuracyKind::exact, "", Need::ebpf_or_own_cgroup};
constexpr Way physical{Source::ebpf, AccuracyKind::exact, "the kernel's own figure for the command's cgroup",
                       Need::physical_memory};

using enum Metric;

// For each metric its way in eBPF mode and in procfs mode, in the catalogue's order. A new metric is one row.
constexpr std::array<Row, metric_count> ways{{
    {wall_seconds, clock_time, clock_time},
    {cpu_seconds, counted, waited},
    {cpu_user_seconds, divided, waited_and_divided},
    {cpu_system_seconds, divided, waited_and_divided},
    {cpu_cores_average, counted, waited},
    {rss_peak_bytes, followed, seen_in_proc},
    {rss_average_bytes, followed_in_sum, seen_in_proc},
    {rss_anon_peak_bytes, followed_in_batches, seen_in_proc},
    {rss_file_peak_bytes, followed_in_batches, seen_in_proc},
    {rss_shmem_peak_bytes, followed_in_batches, seen_in_proc},
    {largest_process_rss_peak_bytes, followed_in_sum, seen_in_proc},
    {pss_peak_bytes, seen_in_smaps, seen_in_smaps},
    {pss_average_bytes, seen_in_smaps, seen_in_smaps},
    {anon_peak_bytes, physical, physical},
    {anon_average_bytes, physical, physical},
    {file_mapped_peak_bytes, physical, physical},
    {shmem_peak_bytes, physical, physical},
    {cgroup_memory_peak_bytes, charged, charged},
    {swap_peak_bytes, followed_in_batches, seen_in_proc},
    {minor_faults, counted, waited},
    {major_faults, counted, waited},
    {voluntary_context_switches, counted, waited},
    {involuntary_context_switches, counted, waited},
    {run_queue_wait_seconds, counted, only_ebpf},
    {syscall_read_bytes, counted, waited_io},
    {syscall_written_bytes, counted, waited_io},
    {storage_read_bytes, counted, waited_io},
    {storage_written_bytes, counted, waited_io},
    {processes_started, counted, only_ebpf},
    {processes_peak, counted, seen_in_proc},
    {threads_started, counted, only_ebpf},
    {threads_peak, counted, seen_in_proc},
    {oom_kills, counted, killed_in_cgroup},
}};

constexpr bool in_enum_order() {
    for (std::size_t i = 0; i < ways.size(); ++i)
        if (static_cast<std::size_t>(ways[i].metric) != i) return false;
    return true;
}
static_assert(in_enum_order());

std::string no_ebpf_reason(const HostFacts& facts) {
    const auto obstacle = ebpf_obstacle(facts);
    return "only eBPF can count this: " + (obstacle ? explain(*obstacle) : "leave out --source procfs");
}

Absence no_ebpf(const HostFacts& facts) { return {no_ebpf_reason(facts), "eBPF"}; }

Absence no_own_cgroup(const HostFacts& facts) {
    if (const auto obstacle = cgroup_obstacle(facts)) return {explain(*obstacle), "a memory cgroup of its own", false};
    return {"not asked for: --cgroup", "--cgroup", false};
}

Absence no_physical_memory(const HostFacts& facts, const PlanOptions& options) {
    const auto why = [&]() -> Absence {
        if (ebpf_obstacle(facts) || options.source == SourceChoice::procfs) return no_ebpf(facts);
        if (cgroup_obstacle(facts)) return no_own_cgroup(facts);
        if (options.exact_memory || facts.memcg_events == false)
            return {"this kernel does not report changes of a memory cgroup's figures (Linux 6.13 or later does)", "Linux 6.13"};
        return {"not asked for: --exact-memory", "--exact-memory"};
    };
    auto absence = why();
    absence.asked_for = options.exact_memory;
    return absence;
}

bool follows_physical_memory(const HostFacts& facts, const PlanOptions& options) {
    return options.exact_memory && options.source != SourceChoice::procfs && !ebpf_obstacle(facts) &&
           facts.memcg_events.value_or(false);
}

// Why the need is not met; nothing if it is.
std::optional<Absence> unmet(Need need, const HostFacts& facts, const PlanOptions& options) {
    const bool own_cgroup = options.cgroup || options.exact_memory;
    switch (need) {
        case Need::nothing: return std::nullopt;
        case Need::ebpf: return no_ebpf(facts);
        case Need::process_io:
            if (facts.proc_io) return std::nullopt;
            return Absence{"/proc/PID/io cannot be read (use a kernel built with CONFIG_TASK_IO_ACCOUNTING=y)", "/proc/PID/io"};
        case Need::smaps_rollup:
            if (facts.smaps_rollup) return std::nullopt;
            return Absence{"/proc/PID/smaps_rollup cannot be read (use Linux 4.14 or later)", "/proc/PID/smaps_rollup"};
        case Need::own_cgroup:
            if (own_cgroup) return std::nullopt;
            return no_own_cgroup(facts);
        case Need::ebpf_or_own_cgroup: {
            if (own_cgroup) return std::nullopt;
            auto absence = no_ebpf(facts);
            if (!cgroup_obstacle(facts)) absence.reason += "; or use --cgroup";
            return absence;
        }
        case Need::physical_memory:
            if (follows_physical_memory(facts, options)) return std::nullopt;
            return no_physical_memory(facts, options);
    }
    return std::nullopt;
}

Accuracy accuracy_of(const Way& way, const HostFacts& facts) {
    constexpr std::uint64_t page_bytes = 4096;
    const auto cpus = static_cast<std::uint64_t>(std::max(facts.cpus, 1));
    const auto batches_bytes = static_cast<std::uint64_t>(counter_batch_pages(facts.cpus)) * cpus * page_bytes;
    switch (way.limit) {
        case Limit::none: break;
        case Limit::clock_ticks: return bounded_by(BoundCause::clock_ticks);
        case Limit::unseen_children: return bounded_by(BoundCause::unwaited_processes);
        case Limit::charge_batch: return bounded_to(64 * cpus * page_bytes, BoundUnit::bytes, BoundScope::tree);
        case Limit::counter_batch: return bounded_to(batches_bytes, BoundUnit::bytes, BoundScope::process);
        case Limit::three_counter_batches: return bounded_to(3 * batches_bytes, BoundUnit::bytes, BoundScope::process);
        // mm/memory.c, TASK_RSS_EVENTS_THRESH: every 66th fault first hands over the 66 before it.
        case Limit::late_faults: return bounded_to(66, BoundUnit::page_faults, BoundScope::thread);
    }
    Accuracy accuracy;
    accuracy.kind = way.accuracy;
    return accuracy;
}

MetricPlan plan_metric(const Way& way, const HostFacts& facts, const PlanOptions& options) {
    MetricPlan how;
    if (auto absence = unmet(way.need, facts, options)) {
        how.absence = std::move(*absence);
        return how;
    }
    how.measured = true;
    how.source = way.source;
    how.accuracy = accuracy_of(way, facts);
    how.note = way.note;
    return how;
}

// With --exact-memory no change that the kernel tells is passed over, whatever its size.
const Way& way_of(const Row& row, const Plan& plan, const HostFacts& facts) {
    const Way& way = plan.mode == Mode::ebpf ? row.ebpf : row.procfs;
    if (facts.faults_told_late && way.from_rss_counters) return followed_late;
    const bool in_batches = way.limit == Limit::counter_batch || way.limit == Limit::three_counter_batches;
    return in_batches && plan.every_memory_event ? followed : way;
}

}  // namespace

tl::expected<Plan, std::string> make_plan(const HostFacts& facts, const PlanOptions& options) {
    const auto no_ebpf = ebpf_obstacle(facts);
    if (options.source == SourceChoice::ebpf && no_ebpf)
        return tl::unexpected(fmt::format("--source ebpf cannot work here: {}", explain(*no_ebpf)));

    Plan plan;
    plan.mode = options.source == SourceChoice::procfs || no_ebpf ? Mode::procfs : Mode::ebpf;
    if (plan.mode == Mode::procfs) {
        if (const auto no_procfs = procfs_obstacle(facts))
            return tl::unexpected(fmt::format("nothing can be measured here: {}", explain(*no_procfs)));
        if (no_ebpf) plan.remedy = no_ebpf->remedy;
        if (options.source == SourceChoice::automatic) plan.fallback_reason = no_ebpf->why;
    }
    if (options.exact_memory && plan.mode == Mode::procfs)
        return tl::unexpected(fmt::format("--exact-memory cannot work here: {}", no_ebpf_reason(facts)));
    if (options.cgroup || options.exact_memory) {
        if (const auto no_cgroup = cgroup_obstacle(facts))
            return tl::unexpected(fmt::format("{} cannot work here: {}", options.exact_memory ? "--exact-memory" : "--cgroup",
                                              explain(*no_cgroup)));
        plan.own_cgroup = true;
    }
    plan.interval = options.interval.value_or(default_interval);
    plan.adaptive_interval = plan.mode == Mode::procfs && !options.interval;
    plan.every_memory_event = options.exact_memory && plan.mode == Mode::ebpf;
    plan.physical_memory = follows_physical_memory(facts, options);
    plan.sample_pss = facts.smaps_rollup;
    for (const auto& row : ways)
        plan.metrics[static_cast<std::size_t>(row.metric)] = plan_metric(way_of(row, plan, facts), facts, options);
    return plan;
}

std::string_view mode_name(Mode mode) { return mode == Mode::ebpf ? "ebpf" : "procfs"; }

std::string_view source_name(Source source) {
    switch (source) {
        case Source::clock: return "clock";
        case Source::ebpf: return "ebpf";
        case Source::procfs: return "procfs";
        case Source::cgroup: return "cgroup";
    }
    return "";
}

}  // namespace perfwrap
