#include "probes/procfs_probe.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "probes/clock_ns.hpp"
#include "probes/pacing.hpp"
#include "probes/tree_accounts.hpp"
#include "probes/tree_samples.hpp"

namespace perfwrap {
namespace {

constexpr double pss_cpu_budget = 0.01;
constexpr std::uint64_t pss_finest_ns = 20'000'000;

class ProcfsProbe final : public Probe {
public:
    ProcfsProbe(ProcFs proc, const ProcfsProbeOptions& options)
        : options_(options),
          tree_(std::move(proc), ::getpid()),
          accounts_(options.max_processes),
          samples_(static_cast<unsigned>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN)))) {
        pacing_.finest_ns = static_cast<std::uint64_t>(std::max<std::int64_t>(1, options.finest_interval.count()));
        pacing_.backs_off_with_age = options.adaptive_interval;
    }

    void arm() override { tree_.exclude_present_children(); }

    void started(pid_t command, std::uint64_t exec_ns, const rusage& cpu_before_exec) override {
        exec_ns_ = exec_ns;
        next_pss_ns_ = exec_ns + pss_finest_ns;
        accounts_.command_started(command, exec_ns, cpu_before_exec);
        tree_.add_child(command, exec_ns);
        sample(exec_ns);
    }

    std::uint64_t sample(std::uint64_t now_ns) override {
        const auto cpu_before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        refresh(now_ns);
        samples_.add(now_ns, tree_.processes(), accounts_.cpu_ns(tree_.processes()));
        expected_cost_ns_ = perfwrap::expected_cost_ns(expected_cost_ns_, clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_before_ns);
        if (options_.sample_pss && now_ns >= next_pss_ns_) sample_pss(now_ns);
        return next_interval_ns(pacing_, now_ns - std::min(now_ns, exec_ns_), expected_cost_ns_);
    }

    void ended(pid_t child) override {
        const auto now_ns = clock_ns(CLOCK_MONOTONIC);
        auto* process = tree_.add_child(child, now_ns);
        if (!process || process->foreign || !tree_.read(*process, now_ns)) return;
        if (const auto io = tree_.proc().io(child)) process->io = *io;
    }

    void reaped(pid_t child, int wait_status, const rusage& usage) override {
        const auto now_ns = clock_ns(CLOCK_MONOTONIC);
        const auto process = tree_.take(child);
        if (process && process->foreign) return;
        const auto largest_bytes = accounts_.reaped(process ? &*process : nullptr, now_ns, wait_status, usage);
        if (!largest_bytes) return;
        if (process && !process->has_waited()) samples_.raise_peak(now_ns, *process, *largest_bytes);
        else samples_.raise_peak(*largest_bytes);
    }

    std::vector<LiveProcess> alive() override {
        refresh(clock_ns(CLOCK_MONOTONIC));
        std::vector<LiveProcess> living;
        for (const auto& process : tree_.processes())
            if (!process.foreign && !process.ended_ns) living.push_back({process.pid, process.comm});
        return living;
    }

    Observation finish(std::uint64_t end_ns) override {
        // A process that passes into its parent's figures while they are read would be in neither.
        constexpr int attempts = 3;
        for (int i = 0; i < attempts; ++i) {
            refresh(end_ns);
            if (tree_.vanished().empty()) break;
        }
        for (auto& process : tree_.processes()) {
            if (process.foreign) continue;
            add_context_switches(process);
            accounts_.still_there(process, tree_.proc().io(process.pid));
        }
        Observation seen;
        seen.totals = accounts_.totals();
        samples_.close(end_ns, *seen.totals.cpu_user_ns + *seen.totals.cpu_system_ns);
        samples_.observe(seen, options_.max_processes);
        if (const auto largest = accounts_.largest_process_rss_peak_bytes(); largest > 0)
            seen.memory.largest_process_rss_peak_bytes = largest;
        pss_.hold_until(end_ns);
        if (!pss_denied_) seen.memory.pss = pss_.total();
        seen.processes = accounts_.take_rows();
        return seen;
    }

private:
    void refresh(std::uint64_t now_ns) {
        tree_.refresh(now_ns);
        accounts_.vanished(tree_.vanished(), now_ns);
    }

    void sample_pss(std::uint64_t now_ns) {
        const auto cpu_before_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID);
        std::uint64_t sum = 0;
        for (const auto& process : tree_.processes()) {
            if (process.foreign || process.ended_ns) continue;
            const auto pss = tree_.proc().pss_bytes(process.memory_tid);
            if (pss) sum += *pss;
            else if (pss.error() == Unreadable::denied) pss_denied_ = true;
        }
        pss_.add(now_ns, sum);
        const auto cost_ns = clock_ns(CLOCK_THREAD_CPUTIME_ID) - cpu_before_ns;
        const PacingLimits limits{.finest_ns = pss_finest_ns, .backs_off_with_age = true, .cpu_budget = pss_cpu_budget};
        next_pss_ns_ = now_ns + next_interval_ns(limits, now_ns - std::min(now_ns, exec_ns_), cost_ns);
    }

    void add_context_switches(TrackedProcess& process) {
        for (const int tid : tree_.proc().threads(process.pid)) {
            const auto status = tree_.proc().status(tid);
            if (!status) continue;
            process.own.voluntary_context_switches += status->voluntary_context_switches;
            process.own.involuntary_context_switches += status->involuntary_context_switches;
        }
    }

    ProcfsProbeOptions options_;
    PacingLimits pacing_;
    ProcessTree tree_;
    TreeAccounts accounts_;
    TreeSamples samples_;
    SampledMemory pss_;
    bool pss_denied_ = false;
    std::uint64_t exec_ns_ = 0;
    std::uint64_t next_pss_ns_ = 0;
    std::uint64_t expected_cost_ns_ = 0;
};

}  // namespace

tl::expected<std::unique_ptr<Probe>, std::string> make_procfs_probe(const ProcfsProbeOptions& options) {
    auto proc = ProcFs::open(options.proc_root);
    if (!proc) return tl::unexpected(proc.error());
    if (!proc->stat(::getpid()))
        return tl::unexpected(fmt::format("{}/{}/stat cannot be read: {} must be the proc file system of perfwrap's own pid namespace",
                                          options.proc_root, ::getpid(), options.proc_root));
    return std::make_unique<ProcfsProbe>(*std::move(proc), options);
}

}  // namespace perfwrap
