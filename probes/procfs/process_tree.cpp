#include "probes/procfs/process_tree.hpp"

#include <linux/kcmp.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <iterator>
#include <utility>

#include "probes/system/clock.hpp"

namespace perfwrap {
namespace {

std::uint64_t suspended_ns() {
    const auto awake_ns = clock_ns(CLOCK_MONOTONIC);
    return clock_ns(CLOCK_BOOTTIME) - awake_ns;
}

// Whether the process is there and is no zombie; needs no right to look at it.
bool is_alive(int pid) {
    const UniqueFd process{static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))};
    if (!process) return errno != ESRCH && errno != EINVAL && ::kill(pid, 0) == 0;
    pollfd end{process.get(), POLLIN, 0};
    return ::poll(&end, 1, 0) == 0;
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
    hidden_strangers_ = std::exchange(hidden_, {});
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
    process.cpu_watch = CpuWatch(pid);
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
    if (!stat) {
        note_if_hidden(process);
        return false;
    }
    const bool first_read = process.command == nullptr;
    if (!first_read && stat->start_ticks != process.start_ticks) return false;
    process.start_ticks = stat->start_ticks;
    const std::uint64_t start_ns = stat->start_ticks * tick_ns_;
    process.start_ns = start_ns - std::min(start_ns, suspended_ns_);
    process.parent_pid = stat->parent_pid;
    process.parent_in_tree = index_.contains(stat->parent_pid);

    const bool first_thread_ended = is_zombie(stat->state);
    const bool ended = first_thread_ended && stat->threads <= 1;
    if (ended && !process.ended_ns) process.ended_ns = now_ns;
    const bool new_image =
        first_read || (!ended && (stat->comm != process.comm || stat->arguments_address != process.arguments_address));
    if (new_image) {
        process.comm = stat->comm;
        process.arguments_address = stat->arguments_address;
        process.arguments_bytes = stat->arguments_end - std::min(stat->arguments_end, stat->arguments_address);
    }
    process.threads = ended ? 0 : stat->threads - (first_thread_ended ? 1 : 0);
    process.threads_peak = std::max(process.threads_peak, process.threads);
    read_usage(process, *stat);
    read_memory(process, first_thread_ended);
    if (new_image) read_command(process);
    return true;
}

// A process that ends between two readings is no longer there either, or is a zombie.
void ProcessTree::note_if_hidden(const TrackedProcess& process) {
    if (!process.foreign && !hidden_strangers_.contains(process.pid) && is_alive(process.pid)) hidden_.insert(process.pid);
}

bool ProcessTree::has_hidden_alive() const { return std::ranges::any_of(hidden_, is_alive); }

Read<IoCounters> ProcessTree::read_io(const TrackedProcess& process) {
    return process.io_file ? proc_.io(*process.io_file) : proc_.io(process.pid);
}

void ProcessTree::read_usage(TrackedProcess& process, const ProcessStat& stat) const {
    process.own.minor_faults = stat.minor_faults;
    process.own.major_faults = stat.major_faults;
    const auto own = with_cpu_time(process.own, stat.user_ticks * tick_ns_, stat.system_ticks * tick_ns_, tick_ns_,
                                   process.cpu_watch.cpu_ns());
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
    process.ignores_sigchld = status->ignores_sigchld;
    process.in_parents_memory = is_in_parents_memory(process);
    if (process.in_parents_memory) return;
    process.memory = status->memory.value_or(ResidentMemory{});
    process.rss_peak_bytes = std::max({process.rss_peak_bytes, process.memory.rss_peak_bytes, process.memory.rss_bytes()});
}

// Asks the kernel only if nothing rules it out. False if the kernel does not answer.
bool ProcessTree::is_in_parents_memory(const TrackedProcess& process) const {
    const auto at = index_.find(process.parent_pid);
    if (at == index_.end()) return false;
    const auto& parent = processes_[at->second];
    if (parent.foreign || parent.ended_ns || parent.arguments_address != process.arguments_address) return false;
    return ::syscall(SYS_kcmp, process.pid, parent.pid, KCMP_VM, 0, 0) == 0;
}

void ProcessTree::read_command(TrackedProcess& process) {
    const auto most_bytes = process.arguments_bytes != 0 ? process.arguments_bytes : ProcFs::cmdline_limit;
    auto words = proc_.cmdline(process.memory_tid != 0 ? process.memory_tid : process.pid, most_bytes)
                     .value_or(std::vector<std::string>{});
    if (words.empty()) process.arguments_address = 0;  // it is in the middle of an exec: read it again next time
    if (words.empty() && process.command) return;
    if (words.empty()) words.push_back(process.comm);
    // A process without an exec of its own shares the command line of its parent.
    const auto* parent = find(process.parent_pid);
    process.command = parent && parent->command && *parent->command == words ? parent->command : commands_.keep(std::move(words));
}

void ProcessTree::refresh(std::uint64_t now_ns) {
    vanished_.clear();
    ++refreshes_;
    bool somebody_ran = changed_;
    for (auto& process : processes_) {
        const bool at_rest = process.cpu_watch.at_rest(now_ns);
        somebody_ran = somebody_ran || !at_rest;
        process.stirred = !at_rest || has_its_turn(process.pid);
        process.gone = process.stirred && !read(process, now_ns);
    }
    remove_vanished();
    discover(now_ns);
    follow_parents(now_ns);
    if (somebody_ran || changed_) ++changes_;
}

// When a process has gone, its children have a new parent although they have not run since.
void ProcessTree::follow_parents(std::uint64_t now_ns) {
    for (auto& process : processes_) {
        const auto* parent = find(process.parent_pid);
        if (!parent && process.parent_pid != self_ && !process.stirred && read(process, now_ns))
            parent = find(process.parent_pid);
        process.parent_ignores_sigchld = parent && parent->ignores_sigchld;
    }
}

void ProcessTree::remove_vanished() {
    if (std::ranges::none_of(processes_, &TrackedProcess::gone)) return;
    std::ranges::copy_if(processes_, std::back_inserter(vanished_), &TrackedProcess::gone);
    stir_ancestors_of_vanished();
    std::erase_if(processes_, [](const TrackedProcess& process) { return process.gone; });
    rebuild_index();
}

// One of the ancestors may be a subreaper, which gets children without running.
void ProcessTree::stir_ancestors_of_vanished() {
    for (const auto& process : vanished_)
        for (auto* ancestor = find(process.parent_pid); ancestor && !ancestor->stirred; ancestor = find(ancestor->parent_pid))
            ancestor->stirred = true;
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

// There cannot be a new process if no pid was given out and no process has gone (whose children would have moved). Listing the
// children of many threads costs far more than asking for the last pid. A process that sleeps has not forked. The kernel's list
// may miss a child while another one ends, so the list of every process is read again in its turn.
void ProcessTree::discover(std::uint64_t now_ns) {
    const auto last_pid = proc_.last_pid();
    const bool somebody_forked = !last_pid || last_pid != last_pid_ || changed_;
    last_pid_ = last_pid;
    changed_ = false;
    if (children_files_)
        discover_by_children_files(somebody_forked, now_ns);
    else if (somebody_forked || has_its_turn(self_))
        discover_by_parent_pids(now_ns);
}

void ProcessTree::discover_by_children_files(bool somebody_forked, std::uint64_t now_ns) {
    constexpr std::uint32_t unknown_threads = 0;
    if (somebody_forked || has_its_turn(self_)) add_children_of(self_, unknown_threads, false, now_ns);
    for (std::size_t i = 0; i < processes_.size(); ++i) {  // processes_ grows in this loop
        const auto& process = processes_[i];
        if (process.ended_ns) continue;
        if (has_its_turn(process.pid) || ((somebody_forked || changed_) && process.stirred))
            add_children_of(process.pid, process.threads, process.foreign, now_ns);
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
    std::ranges::sort(candidates);  // parents come before their children, except within one tick after the pids wrapped around
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
