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

std::string no_ebpf_reason(const HostFacts& facts) {
    const auto obstacle = ebpf_obstacle(facts);
    return "only eBPF can count this: " + (obstacle ? explain(*obstacle) : "leave out --source procfs");
}

// Where nobody chose to do without eBPF, the plan's reason for it stands for all that is missing.
Absence no_ebpf(const HostFacts& facts, const PlanOptions& options) {
    return {no_ebpf_reason(facts), "eBPF", options.source == SourceChoice::procfs};
}

Absence no_own_cgroup(const HostFacts& facts) {
    if (const auto obstacle = cgroup_obstacle(facts)) return {explain(*obstacle), "a memory cgroup of its own", false};
    return {"not asked for: --cgroup", "--cgroup", false};
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
        case Need::ebpf: return no_ebpf(facts, options);
        case Need::process_io:
            if (facts.proc_io) return std::nullopt;
            return Absence{"/proc/PID/io cannot be read (use a kernel built with CONFIG_TASK_IO_ACCOUNTING=y)", "/proc/PID/io"};
        case Need::smaps_rollup:
            if (facts.smaps_rollup) return std::nullopt;
            return Absence{"/proc/PID/smaps_rollup cannot be read (use Linux 4.14 or later)", "/proc/PID/smaps_rollup"};
        case Need::own_cgroup:
            if (own_cgroup) return std::nullopt;
            return no_own_cgroup(facts);
        case Need::cgroup_peak:
            if (!cgroup_obstacle(facts) && !facts.cgroup_peak)
                return Absence{"this kernel's cgroups have no memory.peak (use Linux 5.19 or later)", "Linux 5.19", own_cgroup};
            if (own_cgroup) return std::nullopt;
            return no_own_cgroup(facts);
        case Need::ebpf_or_own_cgroup: {
            if (own_cgroup) return std::nullopt;
            auto absence = no_ebpf(facts, options);
            if (!cgroup_obstacle(facts)) absence.reason += "; or use --cgroup";
            return absence;
        }
    }
    return std::nullopt;
}

Accuracy accuracy_of(const Way& way, const HostFacts& facts) {
    constexpr std::uint64_t page_bytes = 4096;
    const auto cpus = static_cast<std::uint64_t>(std::max(facts.cpus, 1));
    const auto steps_bytes = static_cast<std::uint64_t>(followed_step_pages) * cpus * page_bytes;
    switch (way.limit) {
        case Limit::none: break;
        case Limit::clock_ticks: return bounded_by(BoundCause::clock_ticks);
        case Limit::unseen_children: return bounded_by(BoundCause::unwaited_processes);
        case Limit::charge_batch: return bounded_to(64 * cpus * page_bytes, BoundUnit::bytes, BoundScope::tree);
        case Limit::counter_batch: return bounded_to(steps_bytes, BoundUnit::bytes, BoundScope::process);
        case Limit::three_counter_batches: return bounded_to(3 * steps_bytes, BoundUnit::bytes, BoundScope::process);
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
    if (way.physical && facts.memcg_events.value_or(false) && !ebpf_obstacle(facts) && options.source != SourceChoice::procfs)
        how.note += "; exact with --exact-memory";
    return how;
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
    plan.clock_tick_ns = facts.clock_tick_ns;
    const Circumstances circumstances{.mode = plan.mode,
                                      .every_memory_event = plan.every_memory_event,
                                      .physical_memory = plan.physical_memory,
                                      .late_faults = facts.faults_told_late};
    for (const auto& info : metric_catalogue())
        plan.metrics[static_cast<std::size_t>(info.metric)] = plan_metric(way_of(info.metric, circumstances), facts, options);
    return plan;
}

}  // namespace perfwrap
