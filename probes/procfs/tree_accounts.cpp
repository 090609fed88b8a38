#include "probes/procfs/tree_accounts.hpp"

#include <algorithm>
#include <vector>

#include "probes/recording/command_name.hpp"

namespace perfwrap {
namespace {

std::uint64_t rss_peak_bytes(const rusage& usage) { return static_cast<std::uint64_t>(usage.ru_maxrss) * 1024; }

}  // namespace

void TreeAccounts::command_started(int pid, std::uint64_t exec_ns, const rusage& before_exec, std::uint64_t may_grow_bytes) {
    command_pid_ = pid;
    exec_ns_ = exec_ns;
    before_exec_ = usage_of(before_exec);
    rss_peak_before_exec_bytes_ = rss_peak_bytes(before_exec) + may_grow_bytes;
}

Usage TreeAccounts::own(const TrackedProcess& process) const {
    return process.pid == command_pid_ ? process.own - before_exec_ : process.own;
}

std::optional<std::uint64_t> TreeAccounts::reaped(const TrackedProcess* process, std::uint64_t now_ns, int wait_status,
                                                  const rusage& usage) {
    const auto largest_bytes = rss_peak_bytes(usage);
    if (!process) {
        total_ += usage_of(usage);
        io_.reset();
        largest_process_rss_peak_bytes_ = std::max(largest_process_rss_peak_bytes_, largest_bytes);
        return largest_bytes;
    }
    const bool command = process->pid == command_pid_;
    const auto used = command ? usage_of(usage) - before_exec_ : usage_of(usage);
    total_ += used;
    if (process->io && io_)
        *io_ += *process->io;
    else
        io_.reset();

    // ru_maxrss survives exec: that of the command begins with the size of perfwrap's image.
    auto row = *process;
    const bool largest_is_known = !command || largest_bytes > rss_peak_before_exec_bytes_;
    if (largest_is_known) {
        largest_process_rss_peak_bytes_ = std::max(largest_process_rss_peak_bytes_, largest_bytes);
        if (!process->has_waited()) row.rss_peak_bytes = std::max(row.rss_peak_bytes, largest_bytes);
    }
    add_row(row, process->has_waited() ? own(*process) : used, process->ended_ns.value_or(now_ns), wait_status);
    if (command) command_pid_ = 0;
    return largest_is_known ? std::optional{largest_bytes} : std::nullopt;
}

void TreeAccounts::vanished(std::span<const TrackedProcess> processes, std::uint64_t now_ns) {
    std::vector<Usage> used(processes.size());
    for (std::size_t i = processes.size(); i-- > 0;) {
        const auto& process = processes[i];
        if (process.foreign || process.start_ns > now_ns) continue;
        add_row(process, own(process), process.ended_ns.value_or(now_ns), std::nullopt);
        used[i] += own(process) + process.waited;
        if (process.parent_ignores_sigchld) {
            total_ += used[i];
            continue;
        }
        // The parent waited for it, so what it used is in the parent's totals, unless these were last read before that as well.
        const auto parent = std::ranges::find(processes.first(i), process.parent_pid, &TrackedProcess::pid);
        if (parent != processes.first(i).end()) used[static_cast<std::size_t>(parent - processes.begin())] += used[i];
    }
}

void TreeAccounts::still_there(const TrackedProcess& process, const Read<IoCounters>& io) {
    total_ += own(process) + process.waited;
    if (io && io_)
        *io_ += *io;
    else if (!io && io.error() == Unreadable::denied)
        io_.reset();
    add_row(process, own(process), process.ended_ns, std::nullopt);
}

std::uint64_t TreeAccounts::cpu_ns(std::span<const TrackedProcess> present) const {
    std::uint64_t sum = total_.cpu_ns();
    for (const auto& process : present)
        if (!process.foreign) sum += (own(process) + process.waited).cpu_ns();
    return sum;
}

void TreeAccounts::add_row(const TrackedProcess& process, const Usage& own, std::optional<std::uint64_t> end_ns,
                           std::optional<int> wait_status) {
    largest_process_rss_peak_bytes_ = std::max(largest_process_rss_peak_bytes_, process.rss_peak_bytes);
    rows_cpu_ns_ += own.cpu_ns();
    const bool command = process.pid == command_pid_;
    ProcessFacts facts;
    facts.pid = process.pid;
    facts.parent_pid = process.parent_pid;
    facts.parent_in_tree = process.parent_in_tree;
    facts.start_ns = command ? exec_ns_ : std::max(process.start_ns, exec_ns_);
    facts.end_ns = end_ns ? std::optional{std::max(*end_ns, facts.start_ns)} : std::nullopt;
    facts.wait_status = wait_status;
    facts.threads_peak = process.threads_peak;
    facts.cpu_user_ns = own.user_ns;
    facts.cpu_system_ns = own.system_ns;
    if (process.rss_peak_bytes > 0) facts.rss_peak_bytes = process.rss_peak_bytes;
    if (rows_.would_keep(process.pid, own.cpu_ns(), process.rss_peak_bytes))
        facts.command = *process.command;
    else
        facts.program = program_name(*process.command);
    rows_.add(std::move(facts));
}

TreeTotals TreeAccounts::totals() const {
    auto used = total_;
    // Each row is CPU time that one process was seen to use, so the tree cannot have used less than their sum. The total can be
    // less if the CPU time of waited-for children is known only in whole ticks, from stat, or if a parent discards its children
    // with SA_NOCLDWAIT, which no file shows.
    if (rows_cpu_ns_ > used.cpu_ns()) used.user_ns += rows_cpu_ns_ - used.cpu_ns();

    TreeTotals totals;
    totals.cpu_user_ns = used.user_ns;
    totals.cpu_system_ns = used.system_ns;
    totals.minor_faults = used.minor_faults;
    totals.major_faults = used.major_faults;
    totals.voluntary_context_switches = used.voluntary_context_switches;
    totals.involuntary_context_switches = used.involuntary_context_switches;
    if (io_) {
        totals.syscall_read_bytes = io_->syscall_read_bytes;
        totals.syscall_written_bytes = io_->syscall_written_bytes;
        totals.storage_read_bytes = io_->storage_read_bytes;
        totals.storage_written_bytes = io_->storage_kept_bytes();
    }
    return totals;
}

}  // namespace perfwrap
