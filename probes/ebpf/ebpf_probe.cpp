#include "probes/ebpf/ebpf_probe.hpp"

#include <bpf/libbpf.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <optional>
#include <span>
#include <utility>

#include "probes/ebpf/bpf_programs.hpp"
#include "probes/ebpf/ebpf_memory.hpp"
#include "probes/ebpf/image_store.hpp"
#include "probes/ebpf/kernel_tree.hpp"
#include "probes/ebpf/tree_timeline.hpp"
#include "probes/ebpf/wire_values.hpp"
#include "probes/recording/command_name.hpp"
#include "probes/sampling/pacing.hpp"
#include "probes/sampling/pss_sampler.hpp"
#include "probes/system/clock.hpp"
#include "probes/system/counter_batch.hpp"

namespace perfwrap {
namespace {

std::optional<std::uint32_t> pid_max() {
    std::ifstream file("/proc/sys/kernel/pid_max");
    std::uint32_t pids = 0;
    return file >> pids ? std::optional(pids) : std::nullopt;
}

// The state of one run. State of the host and of the loaded programs belongs to the probe.
struct Run {
    Run(const EbpfProbeOptions& options, wire_bucket* buckets, std::uint64_t page_bytes)
        : table(options.limits.processes),
          timeline(buckets, options.interval_ns, page_bytes, static_cast<unsigned>(online_cpus()),
                   options.limits.timeline_buckets) {}

    ImageStore images{};
    ProcessTable table;
    PeakHolders holders{20};
    TreeTimeline timeline;
    std::uint64_t exec_ns = 0;
    std::uint64_t last_look_ns = 0;
    std::uint64_t next_look_ns = 0;
    std::uint64_t last_runtime_ns = 0;
};

class EbpfProbe final : public Probe {
public:
    EbpfProbe(BpfPrograms programs, std::optional<PssSampler> pss, const EbpfProbeOptions& options)
        : buckets_(programs->buckets),
          kernel_(std::move(programs),
                  {.exec = [this](const ExecRecord& exec) { run_.images.add(exec.image, split_argv(exec.argv, exec.cut)); },
                   .end = [this](const wire_process& process) { add_row(process, true, run_.table, run_.holders); }}),
          options_(options),
          pss_(std::move(pss)),
          run_(options, buckets_, page_bytes_) {}

    int begin() { return kernel_.begin(); }

    bool faults_told_late() const override { return kernel_.faults_told_late(); }

    void arm(std::uint64_t cgroup_id) override {
        kernel_.arm(cgroup_id);
        run_ = Run(options_, buckets_, page_bytes_);
    }

    void started(pid_t, std::uint64_t exec_ns, const rusage&) override {
        run_.exec_ns = exec_ns;
        run_.timeline.begin(exec_ns);
        if (pss_) pss_->start(exec_ns);
    }

    // Also called whenever the ring buffer fills up: reads only what is due.
    std::uint64_t sample(std::uint64_t now_ns) override {
        kernel_.read_records();
        add_memory_to_timeline(now_ns);
        if (now_ns >= run_.next_look_ns) look(now_ns);
        // Called again before the ring of buckets is more than an eighth full.
        const std::uint64_t safe_ns = options_.interval_ns > ~std::uint64_t{0} / WIRE_BUCKETS
                                          ? options_.interval_ns
                                          : options_.interval_ns * WIRE_BUCKETS / 8;
        return std::min(run_.next_look_ns - now_ns, safe_ns);
    }

    int event_fd() const override { return kernel_.event_fd(); }

    void ended(pid_t) override {}
    void reaped(pid_t, int, const rusage&) override {}

    std::vector<LiveProcess> alive() override {
        std::vector<LiveProcess> processes;
        kernel_.visit_threads([&](const wire_thread& thread) {
            if (thread.ended != 0) return;
            processes.push_back(
                {static_cast<int>(thread.pid), std::string(thread.comm, strnlen(thread.comm, sizeof(thread.comm)))});
        });
        std::ranges::sort(processes, {}, &LiveProcess::pid);
        const auto same = [](const LiveProcess& one, const LiveProcess& other) { return one.pid == other.pid; };
        processes.erase(std::unique(processes.begin(), processes.end(), same), processes.end());
        return processes;
    }

    bool is_stranger(pid_t child) override {
        const auto living = alive();
        return std::ranges::find(living, child, &LiveProcess::pid) == living.end();
    }

    Observation so_far() override {
        constexpr std::uint64_t patience_ns = 5'000'000;  // signals are not forwarded meanwhile
        const auto tree = kernel_.settle(patience_ns);
        const std::uint64_t now_ns = monotonic_ns();
        add_memory_to_timeline(now_ns);
        look(now_ns);
        return observe(tree, now_ns, run_.table, run_.holders);
    }

    Observation finish(std::uint64_t end_ns, Closing closing) override {
        kernel_.await_end_of_command();
        // For the kernel side the command ends when its memory does, slightly before its last thread. This is the better value if
        // perfwrap was prevented from seeing the end in time.
        constexpr std::uint64_t seen_late_ns = 5'000'000;
        if (const auto kernels = kernel_.totals().end_ns;
            closing == Closing::at_command_end && kernels != 0 && end_ns > kernels + seen_late_ns)
            end_ns = kernels;
        constexpr std::uint64_t patience_ns = 1'000'000'000;  // on a busy machine a thread needs to wait for a CPU to exit
        const auto tree = kernel_.settle(patience_ns);
        kernel_.drop_reaped();
        run_.timeline.close(kernel_.memory(), tree.ended.exec_ns, end_ns, processes_now());
        run_.timeline.add_cpu(end_ns, kernel_.runtime_ns());
        Observation seen = observe(tree, end_ns, std::move(run_.table), std::move(run_.holders));
        // The timeline counts nanoseconds, the kernel side's sum longer units.
        if (seen.memory.rss) seen.memory.rss->byte_seconds = seen.timeline.byte_seconds();
        return seen;
    }

private:
    // table and holders: of the processes that have ended.
    Observation observe(const KernelTree::Settled& tree, std::uint64_t end_ns, ProcessTable table, PeakHolders holders) {
        const wire_totals& ended = tree.ended;
        if (ended.exec_ns == 0) return nothing_seen(end_ns);

        wire_usage used = ended.ended;
        CpuSplit cpu{ended.ended_user_ns, ended.ended_system_ns};
        // Children first: see ProcessTable::would_keep.
        std::for_each(tree.live.rbegin(), tree.live.rend(), [&](const wire_process& process) {
            if (process.threads_peak == 0) return;  // it started after the window
            used += process.spent;
            const CpuSplit own = split_of(process.spent);
            cpu.user_ns += own.user_ns;
            cpu.system_ns += own.system_ns;
            add_row(process, false, table, holders);
        });

        Observation seen;
        seen.totals = {
            .cpu_user_ns = cpu.user_ns,
            .cpu_system_ns = cpu.system_ns,
            .minor_faults = used.minor_faults,
            .major_faults = used.major_faults,
            .voluntary_context_switches = used.voluntary_switches,
            .involuntary_context_switches = used.involuntary_switches,
            .run_queue_wait_ns = used.run_delay_ns,
            .syscall_read_bytes = used.syscall_read_bytes,
            .syscall_written_bytes = used.syscall_written_bytes,
            .storage_read_bytes = used.storage_read_bytes,
            .storage_written_bytes = at_least_zero(used.storage_written_bytes),
            .processes_started = ended.processes_started - ended.processes_too_late,
            .processes_peak = ended.processes_peak,
            .threads_started = ended.threads_started,
            .threads_peak = ended.threads_peak,
            .oom_kills = ended.oom_kills,
        };
        if (ended.stranger_execs != 0) {
            seen.io_withheld = true;
            for (auto* bytes : {&seen.totals.syscall_read_bytes, &seen.totals.syscall_written_bytes,
                                &seen.totals.storage_read_bytes, &seen.totals.storage_written_bytes})
                bytes->reset();
        }
        seen.end_ns = end_ns;
        describe_memory(seen, holders, ended.exec_ns, end_ns);
        seen.lost = losses_of(tree);
        seen.processes = std::move(table);
        seen.timeline = run_.timeline.timeline();
        seen.cpu_interval_seconds = run_.timeline.cpu_interval_seconds();
        return seen;
    }

    Losses losses_of(const KernelTree::Settled& tree) const {
        const wire_totals& ended = tree.ended;
        const wire_memory& memory = kernel_.memory();
        Losses lost;
        lost[Loss::unfollowed_processes] = ended.lost_processes;
        lost[Loss::unwatched_reapings] = ended.lost_unreaped;
        lost[Loss::unread_teardowns] = ended.lost_teardowns;
        lost[Loss::untracked_spaces] = memory.lost_spaces;
        lost[Loss::unbalanced_spaces] = memory.unbalanced;
        lost[Loss::inconsistent_views] = tree.consistent ? 0 : 1;
        lost[Loss::process_rows] = ended.lost_rows;
        lost[Loss::malformed_records] = kernel_.malformed_records();
        lost[Loss::unraised_maxima] = ended.lost_maxima;
        lost[Loss::skipped_programs] = kernel_.skipped_programs();
        lost[Loss::timeline_gaps] = run_.timeline.gaps();
        return lost;
    }

    // The kernel side did not see the start of the command: everything is absent and counted as lost.
    static Observation nothing_seen(std::uint64_t end_ns) {
        Observation seen;
        seen.end_ns = end_ns;
        seen.lost[Loss::unseen_command] = 1;
        return seen;
    }

    // Cheap: the buckets are mapped.
    void add_memory_to_timeline(std::uint64_t now_ns) {
        kernel_.drop_reaped();
        const wire_totals now = kernel_.totals();
        run_.timeline.add_memory(kernel_.memory(), now.exec_ns, within_window(now_ns), processes_now());
    }

    std::uint32_t processes_now() const { return static_cast<std::uint32_t>(kernel_.totals().processes_now); }

    // Perfwrap may look again before it learns that the command has ended.
    std::uint64_t within_window(std::uint64_t now_ns) const {
        const std::uint64_t end_ns = options_.waits_for_orphans ? 0 : kernel_.totals().end_ns;
        return end_ns == 0 ? now_ns : std::min(now_ns, end_ns);
    }

    void look(std::uint64_t now_ns) {
        const std::uint64_t cpu_before_ns = thread_cpu_ns();
        kernel_.add_dead_threads();
        const std::uint64_t used_ns = kernel_.runtime_ns();
        run_.timeline.add_cpu(within_window(monotonic_ns()), used_ns);
        const std::uint64_t look_before_ns = std::exchange(run_.last_look_ns, now_ns);
        run_.next_look_ns = now_ns + perfwrap::next_look_ns({.finest_ns = options_.interval_ns},
                                                            {.age_ns = now_ns - std::min(now_ns, run_.exec_ns),
                                                             .interval_ns = now_ns - std::max(look_before_ns, run_.exec_ns),
                                                             .cost_ns = thread_cpu_ns() - cpu_before_ns,
                                                             .at_rest = std::exchange(run_.last_runtime_ns, used_ns) == used_ns});
        if (pss_ && pss_->due(now_ns, rss_now_bytes()) && !pss_->still_holds(now_ns, used_ns)) sample_pss(now_ns);
    }

    void sample_pss(std::uint64_t now_ns) {
        std::vector<std::pair<std::uint64_t, int>> holders;  // of each address space, which several may share
        kernel_.visit_threads([&](const wire_thread& thread) {
            if (thread.ended == 0) holders.emplace_back(thread.space, static_cast<int>(thread.pid));
        });
        std::ranges::sort(holders);
        const auto same = [](const auto& one, const auto& other) { return one.first == other.first; };
        holders.erase(std::unique(holders.begin(), holders.end(), same), holders.end());
        std::vector<int> pids;
        pids.reserve(holders.size());
        for (const auto& [space, pid] : holders) pids.push_back(pid);
        const wire_totals now = kernel_.totals();
        if (now.exec_ns == 0) return;
        const auto rss =
            over_time(kernel_.memory().series[WIRE_RSS], now.exec_ns, std::max<std::uint64_t>(now_ns, now.exec_ns), page_bytes_);
        pss_->sample(now_ns, pids, rss.byte_seconds);
    }

    std::uint64_t rss_now_bytes() const {
        return static_cast<std::uint64_t>(std::max<std::int64_t>(kernel_.memory().series[WIRE_RSS].now, 0)) * page_bytes_;
    }

    void describe_memory(Observation& seen, const PeakHolders& holders, std::uint64_t exec_ns, std::uint64_t end_ns) const {
        const wire_memory& memory = kernel_.memory();
        const auto peak_bytes = [&](int series) {
            return static_cast<std::uint64_t>(std::max<std::int64_t>(memory.series[series].maximum, 0)) * page_bytes_;
        };
        const auto over_window = [&](const wire_series& series) {
            if (end_ns <= exec_ns) return MemoryOverTime{.peak_bytes = over_time(series, 0, 0, page_bytes_).peak_bytes};
            auto whole = over_time(series, exec_ns, end_ns, page_bytes_);
            // Averages are over wall_seconds, which begins when the command's exec does, not when the kernel has done it.
            whole.observed_seconds = static_cast<double>(end_ns - run_.exec_ns) / 1e9;
            return whole;
        };
        seen.memory.rss = over_window(memory.series[WIRE_RSS]);
        seen.memory.rss_anon_peak_bytes = peak_bytes(WIRE_ANON);
        seen.memory.rss_file_peak_bytes = peak_bytes(WIRE_FILE);
        seen.memory.rss_shmem_peak_bytes = peak_bytes(WIRE_SHMEM);
        seen.memory.swap_peak_bytes = peak_bytes(WIRE_SWAP);
        seen.memory.largest_process_rss_peak_bytes = static_cast<std::uint64_t>(memory.largest_process) * page_bytes_;
        if (pss_) seen.memory.pss = pss_->looks();
        if (options_.physical_memory) {
            seen.memory.anon = over_window(memory.physical[WIRE_PHYSICAL_ANON]);
            seen.memory.file_mapped_peak_bytes =
                over_time(memory.physical[WIRE_PHYSICAL_FILE_MAPPED], exec_ns, end_ns, page_bytes_).peak_bytes;
            seen.memory.shmem_peak_bytes =
                over_time(memory.physical[WIRE_PHYSICAL_SHMEM], exec_ns, end_ns, page_bytes_).peak_bytes;
        }
        seen.peak = PeakMoment{kernel_.peak_ns(), holders.at(memory.peak_number)};
    }

    void add_row(const wire_process& process, bool has_ended, ProcessTable& table, PeakHolders& holders) {
        const CpuSplit cpu = split_of(process.spent);
        ProcessFacts row;
        row.pid = static_cast<int>(process.pid);
        row.parent_pid = static_cast<int>(process.parent_pid);
        row.parent_in_tree = process.parent_id != 0;
        row.start_ns = process.parent_id == 0 ? run_.exec_ns : process.start_ns;
        row.threads_peak = process.threads_peak;
        row.cpu_user_ns = cpu.user_ns;
        row.cpu_system_ns = cpu.system_ns;
        if (process.end_ns != 0) row.end_ns = process.end_ns;  // its last thread may still be in its teardown
        if (has_ended) row.wait_status = process.wait_status;
        if (process.rss_peak >= 0) row.rss_peak_bytes = static_cast<std::uint64_t>(process.rss_peak) * page_bytes_;
        const std::uint64_t held_bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(process.rss_at_peak, 0)) * page_bytes_;
        const bool holder = holders.wants(process.peak_number, held_bytes);
        // Most processes of a storm are only summed up.
        if (holder || table.would_keep(row.pid, row.cpu_ns(), row.rss_peak_bytes.value_or(0)))
            row.command = command_of(process);
        else
            row.program = program_of(process);
        if (holder) holders.add(process.peak_number, {row.pid, row.command, held_bytes});
        table.add(std::move(row));
    }

    Argv command_of(const wire_process& process) {
        if (const auto argv = run_.images.find(process.image); argv && !argv->empty()) return *argv;
        return {comm_of(process)};
    }

    std::string program_of(const wire_process& process) {
        if (const auto argv = run_.images.find(process.image); argv && !argv->empty()) return program_name(*argv);
        return comm_of(process);
    }

    static std::string comm_of(const wire_process& process) {
        return {process.comm, strnlen(process.comm, sizeof(process.comm))};
    }

    wire_bucket* buckets_;
    KernelTree kernel_;
    EbpfProbeOptions options_;
    std::uint64_t page_bytes_ = static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    std::optional<PssSampler> pss_;
    Run run_;
};

}  // namespace

tl::expected<std::unique_ptr<Probe>, std::string> make_ebpf_probe(const EbpfProbeOptions& options) {
    const int cpus = libbpf_num_possible_cpus();
    if (cpus > WIRE_MAX_CPUS)
        return tl::unexpected(
            fmt::format("this machine has {} CPUs; the BPF programs are made for at most {}", cpus, +WIRE_MAX_CPUS));
    auto programs = BpfPrograms::load({
        .cpu_count = static_cast<__u32>(cpus),
        .step_pages = followed_step_pages,
        .every_event = options.every_memory_event ? 1U : 0U,
        .interval_ns = options.interval_ns,
        .follows_cgroup = options.physical_memory ? 1U : 0U,
        .ends_with_command = options.waits_for_orphans ? 0U : 1U,
        .tell_strangers_apart = options.hide_strangers ? 1U : 0U,
        // There cannot be more processes than pids, and empty hash tables cost start-up time and memory.
        .max_processes = std::min<std::uint32_t>(pid_max().value_or(WIRE_MAX_PROCESSES), WIRE_MAX_PROCESSES),
    });
    if (!programs) return tl::unexpected(programs.error());
    std::optional<PssSampler> pss;
    if (options.sample_pss)
        if (auto proc = ProcFs::open("/proc"); proc && proc->of_own_pid_namespace()) pss.emplace(*std::move(proc));
    auto probe = std::make_unique<EbpfProbe>(*std::move(programs), std::move(pss), options);
    if (const int error = probe->begin(); error != 0)
        return tl::unexpected(fmt::format("cannot read the BPF programs' ring buffer with epoll: {}", std::strerror(error)));
    constexpr std::size_t for_the_rest_of_perfwrap = 8;
    if (!descriptors_are_left(for_the_rest_of_perfwrap))
        return tl::unexpected(std::string("the BPF programs leave too few file descriptors for the rest of perfwrap"));
    return probe;
}

}  // namespace perfwrap
