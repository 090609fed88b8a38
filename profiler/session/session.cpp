#include "profiler/session/session.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "probes/system/clock.hpp"
#include "probes/system/own_children.hpp"
#include "profiler/launch/held_descriptors.hpp"
#include "profiler/session/cgroup_watch.hpp"
#include "profiler/session/ended_child.hpp"
#include "profiler/session/job_control.hpp"
#include "profiler/session/orphans.hpp"
#include "profiler/session/tree_end.hpp"

namespace perfwrap {
namespace {

constexpr std::uint64_t never = ~std::uint64_t{0};

// Uses the quickest of several readings of both clocks: perfwrap may have to wait for a CPU in the middle of one.
std::int64_t unix_ms_at(std::uint64_t then_ns) {
    constexpr int readings = 5;
    std::uint64_t least_ns = never;
    std::int64_t unix_ns = 0;
    for (int i = 0; i < readings; ++i) {
        const std::uint64_t before_ns = monotonic_ns();
        const std::uint64_t now_unix_ns = clock_ns(CLOCK_REALTIME);
        const std::uint64_t took_ns = monotonic_ns() - before_ns;
        if (took_ns >= least_ns) continue;
        least_ns = took_ns;
        unix_ns = static_cast<std::int64_t>(now_unix_ns - (before_ns - then_ns));
    }
    return unix_ns / 1'000'000;
}

// A system call without which the command could not be watched once it runs, and why it fails.
std::optional<std::string> refused_call() {
    constexpr timespec at_once{};
    if (const int error = waiting_is_refused(); error != 0) return fmt::format("waitid: {}", std::strerror(error));
    if (ppoll(nullptr, 0, &at_once, nullptr) != 0) return fmt::format("ppoll: {}", std::strerror(errno));
    return std::nullopt;
}

class Session {
public:
    Session(Probe& probe, SignalInbox& inbox, const SessionOptions& options)
        : probe_(probe), inbox_(inbox), options_(options), job_(inbox), cgroup_(options.cgroup) {}

    tl::expected<Recording, LaunchError> run() {
        if (const auto refused = refused_call())
            return tl::unexpected(LaunchError{125, fmt::format("cannot watch a command: {}; allow it (seccomp)", *refused)});
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        probe_.arm(options_.cgroup != nullptr ? options_.cgroup->id() : 0);
        const LaunchOptions start{.command = options_.command,
                                  .signal_mask = inbox_.mask_before(),
                                  .ignore_sigchld = inbox_.sigchld_was_ignored(),
                                  .kept_by_exec = options_.kept_by_exec,
                                  .cgroup_procs_fd = options_.cgroup != nullptr ? options_.cgroup->procs_fd() : -1,
                                  .inherited = options_.inherited,
                                  .identity = options_.identity};
        auto launched = launch(start);
        if (!launched && launched.error().no_process && inbox_.give_up_witness()) launched = launch(start);
        if (!launched) return tl::unexpected(launched.error());
        if (options_.needed_descriptors) let_go_of_inherited_descriptors(*options_.needed_descriptors);
        command_ = launched->pid;
        recording_.exec_ns = woken_ns_ = awake_until_ns_ = launched->exec_ns;
        woken_cpu_ns_ = thread_cpu_ns();
        recording_.started_at_unix_ms = unix_ms_at(launched->exec_ns);
        probe_.started(command_, launched->exec_ns, launched->before_exec);
        cgroup_.begin(launched->exec_ns);
        if (options_.timeout)
            end_.begin_at(launched->exec_ns + static_cast<std::uint64_t>(std::max(options_.timeout->count(), std::int64_t{0})));
        job_.command_started(command_, launched->missed_signals);
        handle_signals();

        if (options_.snapshots != nullptr) options_.snapshots->begin_run(launched->exec_ns);
        follow();
        close_window();
        return std::move(recording_);
    }

private:
    void follow() {
        std::uint64_t sample_at_ns = 0;
        while (!over()) {
            const std::uint64_t now_ns = monotonic_ns();
            if (now_ns >= sample_at_ns) sample_at_ns = now_ns + probe_.sample(now_ns);
            if (now_ns >= end_.next_ns()) {
                job_.command_is_stopped(awake_until_ns_);  // notices a stop before the signals end it
                recording_.timed_out = true;
                NamesByPid signalled;
                end_tree(probe_, end_, now_ns, signalled);
                if (end_.gave_up()) return;
            }
            if (now_ns >= snapshot_due_ns()) options_.snapshots->take(now_ns, [&] { return so_far(now_ns); });
            if (now_ns >= cgroup_.due_ns()) cgroup_.look(now_ns, probe_);
            sleep_until(std::min({sample_at_ns, end_.next_ns(), snapshot_due_ns(), cgroup_.due_ns()}));
            handle_signals();
            if (was_asked_to_end() && end_.has_killed()) end_.hurry(monotonic_ns());
        }
    }

    // Handles pending signals. SIGCHLD reports the end of the command.
    void handle_signals() {
        job_.take_signals();
        job_.stop_along(awake_until_ns_);
        reap();
    }

    // Since the last call.
    bool was_asked_to_end() {
        const auto before = std::exchange(times_asked_to_end_, job_.times_told_to_end());
        return before != times_asked_to_end_;
    }

    std::uint64_t snapshot_due_ns() const { return options_.snapshots != nullptr ? options_.snapshots->due_ns() : never; }

    Recording so_far(std::uint64_t now_ns) {
        Recording so_far = recording_;
        so_far.seen = probe_.so_far();
        so_far.end_ns = so_far.seen.end_ns.value_or(now_ns);
        so_far.stopped_ns = job_.stopped_ns(so_far.end_ns);
        cgroup_.describe(so_far.seen, so_far.end_ns);
        return so_far;
    }

    bool over() {
        if (!command_ended_) return false;
        return options_.orphans != Orphans::wait || job_.told_to_end_after_command() || !somebody_is_left();
    }

    // A probe sees who was alive at some moment; a process may end just before that, having started another one just after. But
    // whoever loses its parent becomes a child of perfwrap at that very moment, so there is always one until nobody is left. Only
    // processes in another pid namespace than their parent's may not be among its descendants.
    bool somebody_is_left() {
        if (ended_child() != 0) return true;  // it is to be reaped
        if (!probe_.alive().empty()) {
            last_life_ns_ = monotonic_ns();
            return true;
        }
        return std::ranges::any_of(own_children(), [&](pid_t child) { return !probe_.is_stranger(child) || has_ended(child); });
    }

    // Whether the child is a zombie.
    static bool has_ended(pid_t child) {
        siginfo_t info{};
        return waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid != 0;
    }

    // Sleeps until that moment, a signal, or an event of the probe.
    void sleep_until(std::uint64_t moment_ns) {
        std::array<pollfd, 2> waits{{{inbox_.fd(), POLLIN, 0}, {window_open_ ? probe_.event_fd() : -1, POLLIN, 0}}};
        const std::uint64_t now_ns = monotonic_ns();
        // If perfwrap was stopped while it worked, the clock went on but its CPU time did not.
        awake_until_ns_ = std::min(now_ns, woken_ns_ + (thread_cpu_ns() - woken_cpu_ns_));
        const std::uint64_t left_ns = moment_ns > now_ns ? moment_ns - now_ns : 0;
        const timespec timeout{static_cast<time_t>(left_ns / 1'000'000'000), static_cast<long>(left_ns % 1'000'000'000)};
        ppoll(waits.data(), waits.size(), moment_ns == never ? nullptr : &timeout, nullptr);
        woken_ns_ = monotonic_ns();
        woken_cpu_ns_ = thread_cpu_ns();
        if ((waits[1].revents & POLLIN) != 0) probe_.sample(monotonic_ns());
    }

    void reap() {
        while (const pid_t pid = ended_child()) {
            const std::uint64_t now_ns = monotonic_ns();
            probe_.ended(pid);
            if (pid == command_) cgroup_.ended(pid);
            const auto ended = perfwrap::reap(pid);
            if (!ended) return;
            probe_.reaped(pid, ended->status, ended->used);
            last_life_ns_ = now_ns;
            if (pid == command_) {
                command_ended_ = true;
                job_.command_ended();
                recording_.wait_status = ended->status;
                recording_.end_ns = now_ns;
            }
        }
    }

    void close_window() {
        const bool waited = options_.orphans == Orphans::wait;
        if (!command_ended_) recording_.end_ns = monotonic_ns();
        recording_.stopped_ns = job_.stopped_ns(recording_.end_ns);
        if (waited)
            recording_.end_ns = std::max(recording_.end_ns, job_.told_to_end_after_command() ? monotonic_ns() : last_life_ns_);
        window_open_ = false;
        recording_.seen = probe_.finish(recording_.end_ns, waited ? Closing::after_orphans : Closing::at_command_end);
        if (recording_.seen.end_ns && !waited) recording_.end_ns = *recording_.seen.end_ns;
        const auto wait = [this](std::uint64_t until_ns) {
            sleep_until(until_ns);
            job_.take_signals();
            reap();
            return was_asked_to_end();
        };
        was_asked_to_end();  // what came before is the command's
        if (options_.orphans == Orphans::kill || recording_.timed_out)
            recording_.killed = kill_orphans(
                probe_, end_, [this] { return somebody_is_left(); }, wait);
        if (end_.gave_up())
            recording_.survivors = states_of_survivors(probe_);
        else
            recording_.orphans = names_of_orphans(probe_, wait);
        recording_.told_to_end = job_.told_to_end();
        cgroup_.describe(recording_.seen, recording_.end_ns);
    }

    Probe& probe_;
    SignalInbox& inbox_;
    const SessionOptions& options_;
    JobControl job_;
    CgroupWatch cgroup_;
    Recording recording_;
    pid_t command_ = 0;
    bool command_ended_ = false;
    bool window_open_ = true;
    TreeEnd end_;
    std::uint64_t awake_until_ns_ = 0;  // when perfwrap last went to sleep, or was itself stopped before that
    std::uint64_t woken_ns_ = 0;        // at the command's start, then at the end of each sleep
    std::uint64_t woken_cpu_ns_ = 0;
    std::uint64_t last_life_ns_ = 0;  // when a process of the tree was last seen alive or reaped
    unsigned times_asked_to_end_ = 0;
};

}  // namespace

tl::expected<Recording, LaunchError> run_session(Probe& probe, SignalInbox& inbox, const SessionOptions& options) {
    return Session(probe, inbox, options).run();
}

}  // namespace perfwrap
