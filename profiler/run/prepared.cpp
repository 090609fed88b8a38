#include "profiler/run/prepared.hpp"

#include <algorithm>
#include <utility>

#include "probes/ebpf/bpf_programs.hpp"
#include "probes/ebpf/ebpf_probe.hpp"
#include "probes/procfs/procfs_probe.hpp"
#include "profiler/run/series.hpp"

namespace perfwrap {
namespace {

tl::expected<std::unique_ptr<Probe>, std::string> make_probe(const Plan& plan, const RunOptions& options,
                                                             const FileCapabilities& capabilities) {
    const FileCapabilities::Raised raised(capabilities);
    const auto limits = limits_of_each_run(options);
    if (plan.mode == Mode::procfs)
        return make_procfs_probe({.finest_interval = plan.adaptive_interval ? std::chrono::milliseconds(1) : plan.interval,
                                  .adaptive_interval = plan.adaptive_interval,
                                  .sample_pss = plan.sample_pss,
                                  .limits = limits});
    return make_ebpf_probe({.interval_ns = static_cast<std::uint64_t>(plan.interval.count()),
                            .limits = limits,
                            .sample_pss = plan.sample_pss,
                            .physical_memory = plan.physical_memory,
                            .hide_strangers = capabilities.given(),
                            .waits_for_orphans = options.orphans == Orphans::wait,
                            .every_memory_event = plan.every_memory_event});
}

Inherited for_command(Inherited inherited, const std::optional<Identity>& identity) {
    if (identity) inherited.environment = environment_of(*identity, std::move(inherited.environment));
    return inherited;
}

}  // namespace

HostFacts try_host(const FileCapabilities& capabilities) {
    HostFacts facts = gather_host_facts();
    if (!facts.capability_bpf || !facts.kernel_btf) return facts;
    facts.memcg_events = kernel_has_tracepoint("mod_memcg_lruvec_state");
    const FileCapabilities::Raised raised(capabilities);
    if (const auto probe = make_ebpf_probe({}))
        facts.faults_told_late = (*probe)->faults_told_late();
    else
        facts.bpf_refusal = probe.error();
    return facts;
}

tl::expected<Prepared, std::string> Prepared::make(const RunOptions& options, const Inherited& inherited,
                                                   const std::optional<Identity>& identity, FileCapabilities& capabilities) {
    Prepared prepared;
    HostFacts& facts = prepared.facts_;
    facts = gather_host_facts();
    if (options.plan.exact_memory) facts.memcg_events = kernel_has_tracepoint("mod_memcg_lruvec_state");
    // If the kernel refuses eBPF, the plan is made again with that fact: it falls back to procfs, or fails if the user asked for
    // eBPF.
    while (!prepared.probe_) {
        auto plan = make_plan(facts, options.plan);
        if (!plan) return tl::unexpected(plan.error());
        if (plan->own_cgroup && !prepared.cgroup_) {
            auto created = MemoryCgroup::create();
            if (!created) return tl::unexpected(created.error());
            prepared.cgroup_.emplace(std::move(*created));
        }
        auto probe = make_probe(*plan, options, capabilities);
        if (probe) {
            facts.faults_told_late = (*probe)->faults_told_late();
            prepared.plan_ = *make_plan(facts, options.plan);
            prepared.probe_ = std::move(*probe);
        } else if (plan->mode == Mode::procfs) {
            return tl::unexpected(probe.error());
        } else {
            facts.bpf_refusal = probe.error();
        }
    }
    capabilities.drop();
    prepared.session_ = {.command = options.command,
                         .orphans = options.orphans,
                         .timeout = options.timeout,
                         .inherited = for_command(inherited, identity),
                         .identity = identity};
    return prepared;
}

tl::expected<Recording, LaunchError> Prepared::measure(SignalInbox& inbox, Snapshots* snapshots,
                                                       std::optional<std::vector<int>> needed_descriptors) {
    // Each run gets a new cgroup: processes that an earlier run has left are still in the old one.
    if (cgroup_ && std::exchange(cgroup_used_, true)) {
        auto created = MemoryCgroup::create();
        if (!created) return tl::unexpected(LaunchError{.exit_code = 125, .message = created.error()});
        *cgroup_ = std::move(*created);
    }
    if (!kept_by_exec_) kept_by_exec_ = KeptByExec::take();
    session_.kept_by_exec = *kept_by_exec_;
    session_.cgroup = cgroup_ ? &*cgroup_ : nullptr;
    session_.snapshots = snapshots;
    session_.needed_descriptors = std::move(needed_descriptors);
    return run_session(*probe_, inbox, session_);
}

}  // namespace perfwrap
