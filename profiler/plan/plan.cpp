#include "profiler/plan/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>

#include "profiler/plan/obstacles.hpp"

namespace perfwrap {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::nanoseconds default_interval = 10ms;

// What a way of measuring needs beyond its mode.
enum class Need : std::uint8_t { nothing, ebpf, process_io, smaps_rollup, own_cgroup, ebpf_or_own_cgroup, physical_memory };

// By how much a bounded value can be off.
enum class Bound : std::uint8_t {
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
    Accuracy accuracy;
    std::string_view note;
    Need need = Need::nothing;
    Bound bound = Bound::none;
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

constexpr Way clock_time{Source::clock, Accuracy::exact, ""};
constexpr Way counted{Source::ebpf, Accuracy::exact, ""};
constexpr Way divided{Source::ebpf, Accuracy::bounded, divided_note, Need::nothing, Bound::clock_ticks};
constexpr Way waited_and_divided{Source::procfs, Accuracy::bounded, divided_note, Need::nothing, Bound::clock_ticks};
constexpr Way waited{Source::procfs, Accuracy::bounded, waited_note, Need::nothing, Bound::unseen_children};
constexpr Way waited_io{Source::procfs, Accuracy::bounded, waited_note, Need::process_io, Bound::unseen_children};
constexpr Way followed{Source::ebpf, Accuracy::exact, followed_note, Need::nothing, Bound::none, true};
constexpr Way followed_in_batches{Source::ebpf, Accuracy::bounded, batches_note, Need::nothing, Bound::counter_batch, true};
constexpr Way followed_in_sum{Source::ebpf, Accuracy::bounded, batches_note, Need::nothing, Bound::three_counter_batches, true};
constexpr Way followed_late{Source::ebpf, Accuracy::bounded, late_note, Need::nothing, Bound::late_faults};
constexpr Way seen_in_proc{Source::procfs, Accuracy::sampled, sampled_note};
constexpr Way seen_in_smaps{Source::procfs, Accuracy::sampled, seldom_note, Need::smaps_rollup};
constexpr Way charged{Source::cgroup, Accuracy::bounded, "the kernel charges ahead", Need::own_cgroup, Bound::charge_batch};
constexpr Way only_ebpf{Source::ebpf, Accuracy::exact, "", Need::ebpf};
constexpr Way killed_in_cgroup{Source::cgroup, Accuracy::exact, "", Need::ebpf_or_own_cgroup};
constexpr Way physical{Source::ebpf, Accuracy::exact, "the kernel's own figure for the command's cgroup", Need::physical_memory};

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

std::string amount(std::int64_t kib) { return kib % 1024 == 0 ? fmt::format("{} MiB", kib / 1024) : fmt::format("{} KiB", kib); }

std::string bound_text(Bound bound, const HostFacts& facts) {
    constexpr std::int64_t page_kib = 4;
    const std::int64_t cpus = std::max(facts.cpus, 1);
    const std::int64_t batch_pages = counter_batch_pages(facts.cpus);
    switch (bound) {
        case Bound::none: return "";
        case Bound::clock_ticks: return "by clock ticks";
        case Bound::unseen_children: return "by what is never waited for";
        case Bound::charge_batch: return fmt::format("to {}", amount(64 * cpus * page_kib));
        case Bound::counter_batch: return fmt::format("to {} a process", amount(batch_pages * cpus * page_kib));
        case Bound::three_counter_batches: return fmt::format("to {} a process", amount(3 * batch_pages * cpus * page_kib));
        // mm/memory.c, TASK_RSS_EVENTS_THRESH: every 66th fault first hands over the 66 before it.
        case Bound::late_faults: return "to 66 page faults a thread";
    }
    return "";
}

MetricPlan plan_metric(const Way& way, const HostFacts& facts, const PlanOptions& options) {
    MetricPlan how;
    if (auto absence = unmet(way.need, facts, options)) {
        how.absence = std::move(*absence);
        return how;
    }
    how.measured = true;
    how.source = way.source;
    how.accuracy = way.accuracy;
    how.bound = bound_text(way.bound, facts);
    how.note = way.note;
    return how;
}

// With --exact-memory no change that the kernel tells is passed over, whatever its size.
const Way& way_of(const Row& row, const Plan& plan, const HostFacts& facts) {
    const Way& way = plan.mode == Mode::ebpf ? row.ebpf : row.procfs;
    if (facts.faults_told_late && way.from_rss_counters) return followed_late;
    const bool in_batches = way.bound == Bound::counter_batch || way.bound == Bound::three_counter_batches;
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

std::string accuracy_text(const MetricPlan& plan) {
    return plan.bound.empty() ? std::string(accuracy_name(plan.accuracy))
                              : fmt::format("{} {}", accuracy_name(plan.accuracy), plan.bound);
}

std::string_view accuracy_name(Accuracy accuracy) {
    switch (accuracy) {
        case Accuracy::exact: return "exact";
        case Accuracy::bounded: return "bounded";
        case Accuracy::sampled: return "sampled";
    }
    return "";
}

}  // namespace perfwrap
