#include "probes/procfs/procfs_probe.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "probes/procfs/tree_accounts.hpp"
#include "probes/procfs/tree_samples.hpp"
#include "probes/sampling/pacing.hpp"
#include "probes/sampling/pss_sampler.hpp"
#include "probes/system/clock.hpp"
#include "probes/system/counter_batch.hpp"

namespace perfwrap {
namespace {

// The state of one run.
struct Run {
    Run(ProcFs proc, const RecordingLimits& limits)
        : tree(std::move(proc), ::getpid()),
          accounts(limits.processes),
          samples(static_cast<unsigned>(online_cpus()), limits.timeline_buckets) {}

    ProcessTree tree;
    TreeAccounts accounts;
    TreeSamples samples;
    std::uint64_t exec_ns = 0;
    std::uint64_t expected_cost_ns = 0;
    std::uint64_t cost_between_samples_ns = 0;  // of finding out which processes are alive
};

class ProcfsProbe final : public Probe {
public:
    ProcfsProbe(ProcFs proc, std::optional<PssSampler> pss, const ProcfsProbeOptions& options)
        : options_(options), pss_(std::move(pss)), run_(std::move(proc), options.limits) {
        pacing_.finest_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(1, options.finest_interval.count()));
        pacing_.backs_off_with_age = options.adaptive_interval;
    }

    void arm(std::uint64_t) override {
        run_ = Run(std::move(run_.tree.proc()), options_.limits);
        run_.tree.exclude_present_children();
    }

    void started(pid_t command, std::uint64_t exec_ns, const rusage& cpu_before_exec) override {
        run_.exec_ns = exec_ns;
        if (pss_) pss_->start(exec_ns);
        // There are three counters, and each may be off by a step.
        const auto step_bytes = static_cast<std::uint64_t>(3 * counter_batch_pages(online_cpus()) * ::sysconf(_SC_PAGESIZE));
        run_.accounts.command_started(command, exec_ns, cpu_before_exec, step_bytes);
        run_.tree.add_child(command, exec_ns);
        sample(exec_ns);
    }

    std::uint64_t sample(std::uint64_t now_ns) override {
        const auto cpu_before_ns = own_cpu_ns();
        refresh(now_ns);
        run_.samples.add(now_ns, run_.tree.processes(), run_.accounts.cpu_ns(run_.tree.processes()));
        const auto cost_ns = std::exchange(run_.cost_between_samples_ns, 0) + own_cpu_ns() - cpu_before_ns;
        run_.expected_cost_ns = perfwrap::expected_cost_ns(run_.expected_cost_ns, cost_ns);
        if (pss_ && pss_->due(now_ns, run_.samples.rss_now_bytes()) && !pss_->still_holds(now_ns, run_.tree.changes()))
            pss_->sample(now_ns, living_tids(), run_.samples.rss_byte_seconds());
        // If the kernel may reap children itself, only samples see what these use, so sampling does not slow down.
        auto limits = pacing_;
        limits.backs_off_with_age = pacing_.backs_off_with_age && !some_child_may_be_lost();
        return next_interval_ns(limits, now_ns - std::min(now_ns, run_.exec_ns), run_.expected_cost_ns);
    }

    void ended(pid_t child) override {
        const auto now_ns = monotonic_ns();
        auto* process = run_.tree.add_child(child, now_ns);
        if (!process || process->foreign || !run_.tree.read(*process, now_ns)) return;
        if (const auto io = run_.tree.read_io(*process)) process->io = *io;
    }

    void reaped(pid_t child, int wait_status, const rusage& usage) override {
        const auto now_ns = monotonic_ns();
        const auto process = run_.tree.take(child);
        if (process && process->foreign) return;
        const auto largest_bytes = run_.accounts.reaped(process ? &*process : nullptr, now_ns, wait_status, usage);
        if (!largest_bytes) return;
        if (process && !process->has_waited())
            run_.samples.raise_peak(now_ns, *process, *largest_bytes);
        else
            run_.samples.raise_peak(*largest_bytes);
    }

    std::vector<LiveProcess> alive() override {
        const auto cpu_before_ns = own_cpu_ns();
        refresh(monotonic_ns());
        run_.cost_between_samples_ns += own_cpu_ns() - cpu_before_ns;
        std::vector<LiveProcess> living;
        for (const auto& process : run_.tree.processes())
            if (!process.foreign && !process.ended_ns) living.push_back({process.pid, process.comm});
        return living;
    }

    // One that was never seen belongs to the tree: those that do not were there before it.
    bool is_stranger(pid_t child) override {
        const auto* process = run_.tree.find(child);
        return process != nullptr && process->foreign;
    }

    Observation so_far() override {
        const auto now_ns = monotonic_ns();
        refresh(now_ns);
        return observe(now_ns);
    }

    Observation finish(std::uint64_t end_ns, Closing) override {
        // A process that is reaped while the files are read would be counted neither by itself nor in its parent's totals.
        constexpr int attempts = 3;
        for (int i = 0; i < attempts; ++i) {
            refresh(end_ns);
            if (run_.tree.vanished().empty()) break;
        }
        return observe(end_ns);
    }

private:
    // Of following the tree.
    std::uint64_t own_cpu_ns() { return thread_cpu_ns() + run_.tree.proc().cpu_elsewhere_ns(); }

    // What was measured if the window ends here.
    Observation observe(std::uint64_t end_ns) {
        TreeAccounts accounts = run_.accounts;
        TreeSamples samples = run_.samples;
        // Children first: see ProcessTable::would_keep.
        const auto& living = run_.tree.processes();
        std::for_each(living.rbegin(), living.rend(), [&](TrackedProcess process) {
            // The files are read after the window's end.
            if (process.foreign || process.start_ns > end_ns) return;
            samples.raise_peak(end_ns, process, process.rss_peak_bytes);
            add_context_switches(process);
            accounts.still_there(process, run_.tree.read_io(process));
        });
        Observation seen;
        seen.totals = accounts.totals();
        samples.close(end_ns, *seen.totals.cpu_user_ns + *seen.totals.cpu_system_ns);
        samples.observe(seen, options_.limits.processes);
        if (const auto largest = accounts.largest_process_rss_peak_bytes(); largest > 0)
            seen.memory.largest_process_rss_peak_bytes = largest;
        if (pss_) seen.memory.pss = pss_->looks();
        seen.processes = accounts.take_rows();
        seen.processes.all_ended_by(end_ns);
        seen.end_ns = end_ns;
        if (run_.tree.has_hidden()) leave_out_sums(seen, run_.tree.has_hidden_alive());
        return seen;
    }

    // Sums that lack a process of which nothing is known but that it is there. What it has used is in no total until it is waited
    // for.
    static void leave_out_sums(Observation& seen, bool alive) {
        seen.members_hidden = true;
        seen.memory = {};
        seen.peak.reset();
        seen.timeline = Timeline();
        seen.totals.processes_peak.reset();
        seen.totals.threads_peak.reset();
        if (alive) seen.totals = {};
    }

    void refresh(std::uint64_t now_ns) {
        run_.tree.refresh(now_ns);
        run_.accounts.vanished(run_.tree.vanished(), now_ns);
        for (const auto& process : run_.tree.vanished())
            if (!process.foreign && process.start_ns <= now_ns) run_.samples.raise_peak(now_ns, process, process.rss_peak_bytes);
    }

    bool some_child_may_be_lost() {
        return std::ranges::any_of(run_.tree.processes(),
                                   [](const TrackedProcess& process) { return process.ignores_sigchld && !process.foreign; });
    }

    const std::vector<int>& living_tids() {
        tids_.clear();
        for (const auto& process : run_.tree.processes())
            if (!process.foreign && !process.ended_ns && !process.in_parents_memory) tids_.push_back(process.memory_tid);
        return tids_;
    }

    void add_context_switches(TrackedProcess& process) {
        for (const int tid : run_.tree.proc().threads(process.pid)) {
            const auto status = run_.tree.proc().status(tid);
            if (!status) continue;
            process.own.voluntary_context_switches += status->voluntary_context_switches;
            process.own.involuntary_context_switches += status->involuntary_context_switches;
        }
    }

    ProcfsProbeOptions options_;
    PacingLimits pacing_;
    std::optional<PssSampler> pss_;
    std::vector<int> tids_;
    Run run_;
};

}  // namespace

tl::expected<std::unique_ptr<Probe>, std::string> make_procfs_probe(const ProcfsProbeOptions& options) {
    auto proc = ProcFs::open(options.proc_root);
    if (!proc) return tl::unexpected(proc.error());
    if (!proc->stat(::getpid()) || !proc->of_own_pid_namespace())
        return tl::unexpected(fmt::format(
            "{} does not show perfwrap as process {}: it must be the proc file system of perfwrap's own pid namespace",
            options.proc_root, ::getpid()));
    std::optional<PssSampler> pss;
    if (options.sample_pss) {
        auto own = ProcFs::open(options.proc_root);
        if (!own) return tl::unexpected(own.error());
        pss.emplace(*std::move(own));
    }
    return std::make_unique<ProcfsProbe>(*std::move(proc), std::move(pss), options);
}

}  // namespace perfwrap
