#include "probes/process_tree.hpp"

#include <unistd.h>

#include <algorithm>
#include <iterator>

#include "profiler/clock.hpp"

namespace perfwrap {
namespace {

// Nanoseconds of CPU time of a whole thread group; 0 if it is gone. Needs no privilege.
std::uint64_t cpu_clock_ns(int pid) {
    clockid_t clock{};
    return ::clock_getcpuclockid(pid, &clock) == 0 ? clock_ns(clock) : 0;
}

std::uint64_t suspended_ns() {
    const auto awake_ns = clock_ns(CLOCK_MONOTONIC);
    return clock_ns(CLOCK_BOOTTIME) - awake_ns;
}

bool is_zombie(char state) { return state == 'Z' || state == 'X'; }

}  // namespace

ProcessTree::ProcessTree(ProcFs proc, pid_t self)
    : proc_(std::move(proc)),
      self_(self),
      children_files_(proc_.has_children_files(self)),
      tick_ns_(1'000'000'000 / static_cast<std::uint64_t>(::sysconf(_SC_CLK_TCK))),
      suspended_ns_(suspended_ns()) {}

void ProcessTree::exclude_present_children() {
    discover(0);
    for (auto& process : processes_) process.foreign = true;
}

TrackedProcess* ProcessTree::find(int pid) {
    const auto at = index_.find(pid);
    return at == index_.end() ? nullptr : &processes_[at->second];
}

TrackedProcess* ProcessTree::add_child(int pid, std::uint64_t now_ns) {
    if (auto* known = find(pid)) return known;
    return add(pid, false, now_ns);
}

TrackedProcess* ProcessTree::add(int pid, bool foreign, std::uint64_t now_ns) {
    TrackedProcess process;
    process.pid = pid;
    process.foreign = foreign;
    if (!read(process, now_ns)) return nullptr;
    constexpr std::size_t most_open_files = 128;
    if (!foreign && !process.ended_ns && processes_.size() < most_open_files)
        if (auto file = proc_.open_io(pid)) process.io_file = std::make_shared<const UniqueFd>(std::move(file));
    index_.emplace(pid, processes_.size());
    changed_ = true;
    return &processes_.emplace_back(std::move(process));
}

bool ProcessTree::read(TrackedProcess& process, std::uint64_t now_ns) {
    const auto stat = proc_.stat(process.pid);
    if (!stat) return false;
    const bool first_read = process.command == nullptr;
    if (!first_read && stat->start_ticks != process.start_ticks) return false;
    process.start_ticks = stat->start_ticks;
    const std::uint64_t start_ns = stat->start_ticks * tick_ns_;
    process.start_ns = start_ns - std::min(start_ns, suspended_ns_);
    process.parent_pid = stat->parent_pid;

    const bool first_thread_ended = is_zombie(stat->state);
    const bool ended = first_thread_ended && stat->threads <= 1;
    if (ended && !process.ended_ns) process.ended_ns = now_ns;
    const bool new_image =
        first_read || (!ended && (stat->comm != process.comm || stat->arguments_address != process.arguments_address));
    if (new_image) {
        process.comm = stat->comm;
        process.arguments_address = stat->arguments_address;
    }
    process.threads = ended ? 0 : stat->threads - (first_thread_ended ? 1 : 0);
    process.threads_peak = std::max(process.threads_peak, process.threads);
    read_usage(process, *stat);
    read_memory(process, first_thread_ended);
    if (new_image) read_command(process);
    return true;
}

Read<IoCounters> ProcessTree::read_io(const TrackedProcess& process) {
    return process.io_file ? proc_.io(*process.io_file) : proc_.io(process.pid);
}

void ProcessTree::read_usage(TrackedProcess& process, const ProcessStat& stat) const {
    process.own.minor_faults = stat.minor_faults;
    process.own.major_faults = stat.major_faults;
    const auto own =
        with_cpu_time(process.own, stat.user_ticks * tick_ns_, stat.system_ticks * tick_ns_, tick_ns_, cpu_clock_ns(process.pid));
    if (own.cpu_ns() >= process.own.cpu_ns()) process.own = own;
    process.waited.minor_faults = stat.waited_minor_faults;
    process.waited.major_faults = stat.waited_major_faults;
    process.waited.user_ns = stat.waited_user_ticks * tick_ns_;
    process.waited.system_ns = stat.waited_system_ticks * tick_ns_;
}

void ProcessTree::read_memory(TrackedProcess& process, bool first_thread_ended) {
    process.memory = {};
    if (process.ended_ns || process.foreign) return;
    process.memory_tid = process.pid;
    if (first_thread_ended) {
        const auto& threads = proc_.threads(process.pid);
        const auto other = std::ranges::find_if(threads, [&](int tid) { return tid != process.pid; });
        if (other == threads.end()) return;
        process.memory_tid = *other;
    }
    const auto status = proc_.status(process.memory_tid);
    if (!status) return;
    process.memory = status->memory.value_or(ResidentMemory{});
    process.ignores_sigchld = status->ignores_sigchld;
    process.rss_peak_bytes = std::max({process.rss_peak_bytes, process.memory.rss_peak_bytes, process.memory.rss_bytes()});
}

void ProcessTree::read_command(TrackedProcess& process) {
    auto words = proc_.cmdline(process.memory_tid != 0 ? process.memory_tid : process.pid).value_or(std::vector<std::string>{});
    if (words.empty()) process.arguments_address = 0;  // in the middle of its exec: look again
    if (words.empty() && process.command) return;
    if (words.empty()) words.push_back(process.comm);
    process.command = std::make_shared<const std::vector<std::string>>(std::move(words));
}

void ProcessTree::refresh(std::uint64_t now_ns) {
    vanished_.clear();
    for (auto& process : processes_) process.gone = !read(process, now_ns);
    remove_vanished();
    discover(now_ns);
    for (auto& process : processes_) {
        const auto* parent = find(process.parent_pid);
        process.parent_ignores_sigchld = parent && parent->ignores_sigchld;
    }
}

void ProcessTree::remove_vanished() {
    if (std::ranges::none_of(processes_, &TrackedProcess::gone)) return;
    std::ranges::copy_if(processes_, std::back_inserter(vanished_), &TrackedProcess::gone);
    std::erase_if(processes_, [](const TrackedProcess& process) { return process.gone; });
    rebuild_index();
}

std::optional<TrackedProcess> ProcessTree::take(int pid) {
    const auto at = index_.find(pid);
    if (at == index_.end()) return std::nullopt;
    const auto position = processes_.begin() + static_cast<std::ptrdiff_t>(at->second);
    std::optional<TrackedProcess> process{std::move(*position)};
    processes_.erase(position);
    rebuild_index();
    return process;
}

void ProcessTree::rebuild_index() {
    index_.clear();
    for (std::size_t i = 0; i < processes_.size(); ++i) index_.emplace(processes_[i].pid, i);
    changed_ = true;
}

// Nobody new can have come when no pid was given out and nobody has gone (whose children would have moved). Listing the
// children of many threads costs far more than asking for the last pid. The kernel's list may miss a child while another
// one ends, so it is read again now and then.
void ProcessTree::discover(std::uint64_t now_ns) {
    constexpr int most_skipped = 16;
    const auto last_pid = proc_.last_pid();
    const bool quiet = last_pid && last_pid == last_pid_ && !changed_;
    if (quiet && refreshes_without_discovery_ < most_skipped) {
        ++refreshes_without_discovery_;
        return;
    }
    last_pid_ = last_pid;
    refreshes_without_discovery_ = 0;
    changed_ = false;
    if (children_files_)
        discover_by_children_files(now_ns);
    else
        discover_by_parent_pids(now_ns);
}

void ProcessTree::discover_by_children_files(std::uint64_t now_ns) {
    constexpr std::uint32_t unknown_threads = 0;
    add_children_of(self_, unknown_threads, false, now_ns);
    for (std::size_t i = 0; i < processes_.size(); ++i) {  // grows meanwhile
        const auto& process = processes_[i];
        if (!process.ended_ns) add_children_of(process.pid, process.threads, process.foreign, now_ns);
    }
}

void ProcessTree::add_children_of(int pid, std::uint32_t threads, bool foreign, std::uint64_t now_ns) {
    if (threads == 1)
        thread_ids_.assign(1, pid);
    else
        thread_ids_ = proc_.threads(pid);
    new_pids_.clear();
    for (const int tid : thread_ids_)
        std::ranges::copy_if(proc_.children(pid, tid), std::back_inserter(new_pids_), [&](int child) { return !find(child); });
    for (const int child : new_pids_) add(child, foreign, now_ns);
}

void ProcessTree::discover_by_parent_pids(std::uint64_t now_ns) {
    struct Candidate {
        std::uint64_t start_ticks;
        int pid;
        int parent_pid;
        auto operator<=>(const Candidate&) const = default;
    };
    std::vector<Candidate> candidates;
    for (const int pid : proc_.pids()) {
        if (pid == self_ || find(pid)) continue;
        if (const auto stat = proc_.stat(pid)) candidates.push_back({stat->start_ticks, pid, stat->parent_pid});
    }
    std::ranges::sort(candidates);  // parents come before their children, except within one tick after the pids wrapped round
    for (bool found = true; found;) {
        found = false;
        for (const auto& candidate : candidates) {
            if (find(candidate.pid)) continue;
            const auto* parent = find(candidate.parent_pid);
            if (!parent && candidate.parent_pid != self_) continue;
            const bool foreign = parent && parent->foreign;
            found = add(candidate.pid, foreign, now_ns) != nullptr || found;
        }
    }
}

}  // namespace perfwrap
