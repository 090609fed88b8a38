#include "profiler/session.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <set>
#include <utility>

#include "profiler/clock.hpp"
#include "profiler/stopped_time.hpp"
#include "profiler/terminal.hpp"
#include "profiler/tree_end.hpp"

namespace perfwrap {
namespace {

constexpr std::uint64_t never = ~std::uint64_t{0};

std::int64_t unix_ms_at(std::uint64_t then_ns) {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    return now.count() - static_cast<std::int64_t>((monotonic_ns() - then_ns) / 1'000'000);
}

// What by default ends a program that waits.
bool asks_to_end(int signal) { return signal == SIGHUP || signal == SIGINT || signal == SIGQUIT || signal == SIGTERM; }

class Session {
public:
    Session(Probe& probe, SignalInbox& inbox, const SessionOptions& options) : probe_(probe), inbox_(inbox), options_(options) {}

    tl::expected<Recording, LaunchError> run() {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        probe_.arm();
        const auto launched = launch({.command = options_.command,
                                      .signal_mask = inbox_.mask_before(),
                                      .ignore_sigchld = inbox_.sigchld_was_ignored(),
                                      .kept_by_exec = KeptByExec::take(),
                                      .cgroup_procs_fd = options_.cgroup_procs_fd,
                                      .inherited = options_.inherited,
                                      .identity = options_.identity});
        if (!launched) return tl::unexpected(launched.error());
        command_ = launched->pid;
        recording_.exec_ns = woken_ns_ = awake_until_ns_ = launched->exec_ns;
        woken_cpu_ns_ = thread_cpu_ns();
        recording_.started_at_unix_ms = unix_ms_at(launched->exec_ns);
        probe_.started(command_, launched->exec_ns, launched->before_exec);
        if (options_.timeout)
            end_.begin_at(launched->exec_ns + static_cast<std::uint64_t>(std::max(options_.timeout->count(), std::int64_t{0})));
        missed_signals_ = launched->missed_signals;
        attend();
        missed_signals_ = 0;

        if (options_.checkpoints != nullptr) checkpoint_at_ns_ = options_.checkpoints->next_ns(launched->exec_ns, 0);
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
                recording_.timed_out = true;
                end_tree(now_ns);
            }
            if (now_ns >= checkpoint_at_ns_) checkpoint(now_ns);
            sleep_until(std::min({sample_at_ns, end_.next_ns(), checkpoint_at_ns_}));
            attend();
        }
    }

    // To what signals tell, the end of the command among them.
    void attend() {
        take_signals();
        stop_along();
        reap();
    }

    void checkpoint(std::uint64_t now_ns) {
        if (options_.checkpoints->ready(now_ns)) {
            Recording so_far = recording_;
            so_far.seen = probe_.so_far();
            so_far.end_ns = so_far.seen.end_ns.value_or(now_ns);
            so_far.stopped_ns = stopped_.total_ns(so_far.end_ns);
            options_.checkpoints->keep(std::move(so_far));
        }
        checkpoint_at_ns_ = options_.checkpoints->next_ns(now_ns, monotonic_ns() - now_ns);
    }

    bool over() {
        if (!command_ended_) return false;
        return options_.orphans != Orphans::wait || told_to_end_ || probe_.alive().empty();
    }

    // Until the moment, a signal, or the probe's own wish.
    void sleep_until(std::uint64_t moment_ns) {
        std::array<pollfd, 2> waits{{{inbox_.fd(), POLLIN, 0}, {window_open_ ? probe_.event_fd() : -1, POLLIN, 0}}};
        const std::uint64_t now_ns = monotonic_ns();
        // Where perfwrap was stopped at work, the clock went on and its CPU time did not.
        awake_until_ns_ = std::min(now_ns, woken_ns_ + (thread_cpu_ns() - woken_cpu_ns_));
        const std::uint64_t left_ns = moment_ns > now_ns ? moment_ns - now_ns : 0;
        const timespec timeout{static_cast<time_t>(left_ns / 1'000'000'000), static_cast<long>(left_ns % 1'000'000'000)};
        ppoll(waits.data(), waits.size(), moment_ns == never ? nullptr : &timeout, nullptr);
        woken_ns_ = monotonic_ns();
        woken_cpu_ns_ = thread_cpu_ns();
        if ((waits[1].revents & POLLIN) != 0) probe_.sample(monotonic_ns());
    }

    void take_signals() {
        while (const auto info = inbox_.next()) {
            const int signal = static_cast<int>(info->ssi_signo);
            if (signal == SIGCHLD || is_of_perfwrap_itself(*info)) continue;
            const bool group_has_it = inbox_.reached_group(*info);
            const bool too_early = (missed_signals_ >> (signal - 1) & 1) != 0;
            if (!command_ended_ && !(group_has_it && !too_early && in_group())) forward(*info, command_);
            if (command_ended_ && asks_to_end(signal) && !was_ignored(signal)) told_to_end_ = true;
            if (stops_a_job(signal)) stop_with_command_ = signal;
            if (signal == SIGCONT) stop_with_command_ = 0;
        }
    }

    // A command that made a group of its own, as timeout(1) does, would without perfwrap be the leader of this one.
    bool in_group() const { return getpgid(command_) == getpgrp(); }

    bool command_is_stopped() {
        siginfo_t info{};
        while (!command_ended_ && waitid(P_PID, static_cast<id_t>(command_), &info, WSTOPPED | WCONTINUED | WNOHANG) == 0 &&
               info.si_pid != 0) {
            if (info.si_code == CLD_CONTINUED)
                stopped_.go_on(monotonic_ns(), awake_until_ns_);
            else
                stopped_.stop(monotonic_ns());
            info = {};
        }
        return stopped_.stopped();
    }

    // The shell that started perfwrap is to see it stop when the command does, not before: the command may catch the signal.
    void stop_along() {
        const auto wanted = [this] { return command_is_stopped() || command_ended_; };
        if (!wanted()) return;
        if (stop_with_command_ != 0)
            stop_self(std::exchange(stop_with_command_, 0), wanted);
        else if (!command_ended_ && !in_group())
            hand_terminal_back();
    }

    // A shell, or a program that makes groups as one, has taken the terminal for the command's own group. When that stops, nobody
    // could type any more: perfwrap, which is the job that the outer shell knows, passes the terminal and the stop on to it.
    void hand_terminal_back() {
        const pid_t commands = getpgid(command_);
        const Terminal terminal;
        if (terminal.owner() != commands) return;
        terminal.give_to(getpgrp());
        stop_self(SIGTSTP, [this] { return command_is_stopped(); });
        if (terminal.owner() == getpgrp()) terminal.give_to(commands);
        kill(-commands, SIGCONT);
    }

    void reap() {
        while (true) {
            siginfo_t info{};
            if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return;
            const std::uint64_t now_ns = monotonic_ns();
            probe_.ended(info.si_pid);
            int status = 0;
            rusage usage{};
            if (wait4(info.si_pid, &status, 0, &usage) != info.si_pid) return;
            probe_.reaped(info.si_pid, status, usage);
            last_end_ns_ = now_ns;
            if (info.si_pid == command_) {
                command_ended_ = true;
                inbox_.dismiss_witness();
                recording_.wait_status = status;
                recording_.end_ns = now_ns;
            } else {
                ++orphans_ended_;
            }
        }
    }

    // The next step of ending the tree, if it is due. False where no process of it may be signalled: they are another user's.
    bool end_tree(std::uint64_t now_ns) {
        const auto step = end_.due(now_ns);
        if (step == TreeEnd::Step::wait) return true;
        // Who forks and ends at once, over and over, is killed only by a look that comes right after the fork.
        const int looks = step == TreeEnd::Step::kill ? 50 : 1;
        std::set<int> signalled, refused;
        for (int look = 0; look < looks; ++look) {
            const auto known = signalled.size() + refused.size();
            for (const auto& process : probe_.alive()) {
                if (signalled.contains(process.pid) || refused.contains(process.pid)) continue;
                const bool done = kill(process.pid, step == TreeEnd::Step::kill ? SIGKILL : SIGTERM) == 0 || errno == ESRCH;
                (done ? signalled : refused).insert(process.pid);
                if (step == TreeEnd::Step::terminate) kill(process.pid, SIGCONT);
            }
            if (signalled.size() + refused.size() == known) break;  // nobody new
        }
        return !signalled.empty() || refused.empty();
    }

    void close_window() {
        const bool waited = options_.orphans == Orphans::wait;
        recording_.stopped_ns = stopped_.total_ns(recording_.end_ns);
        if (waited) recording_.end_ns = std::max(recording_.end_ns, told_to_end_ ? monotonic_ns() : last_end_ns_);
        window_open_ = false;
        recording_.seen = probe_.finish(recording_.end_ns, waited ? Closing::after_orphans : Closing::at_command_end);
        if (recording_.seen.end_ns && !waited) recording_.end_ns = *recording_.seen.end_ns;
        if (options_.orphans == Orphans::kill || recording_.timed_out) kill_orphans();
        name_orphans();
    }

    // Helpers that end with the command, a moment after it, are not worth a word.
    void name_orphans() {
        const std::uint64_t look_until_ns = monotonic_ns() + 100'000'000;
        auto left = probe_.alive();
        while (!left.empty() && monotonic_ns() < look_until_ns) {
            sleep_until(monotonic_ns() + 10'000'000);
            take_signals();
            reap();
            left = probe_.alive();
        }
        for (const auto& process : left) recording_.orphans.push_back(fmt::format("{} ({})", process.name, process.pid));
    }

    // Whoever forks faster than a procfs probe looks is not seen at every look, but ends as a child of perfwrap's.
    void kill_orphans() {
        constexpr int looks_for_nobody = 5;
        end_.begin_at(monotonic_ns());
        std::uint64_t known_to_have_ended = 0;
        for (int unseen = 0; unseen < looks_for_nobody; ++unseen) {
            const bool seen = !probe_.alive().empty() || orphans_ended_ != known_to_have_ended;
            known_to_have_ended = orphans_ended_;
            if (!seen && unseen == 0) return;  // nor at any time before
            if (seen && !end_tree(monotonic_ns())) return;
            if (seen) unseen = 0;
            sleep_until(std::min(end_.next_ns(), monotonic_ns() + 20'000'000));
            take_signals();
            reap();
        }
    }

    Probe& probe_;
    SignalInbox& inbox_;
    const SessionOptions& options_;
    Recording recording_;
    pid_t command_ = 0;
    std::uint64_t missed_signals_ = 0;  // sent to the group before the command was in it, signal N as bit N - 1
    bool command_ended_ = false;
    bool window_open_ = true;
    bool told_to_end_ = false;   // after the command's own end
    int stop_with_command_ = 0;  // the signal with which a shell asked for it; 0: nobody did
    StoppedTime stopped_;
    TreeEnd end_;
    std::uint64_t awake_until_ns_ = 0;  // when perfwrap last went to sleep, or was stopped before it could
    std::uint64_t woken_ns_ = 0;        // at the command's start, then at the end of each sleep
    std::uint64_t woken_cpu_ns_ = 0;
    std::uint64_t last_end_ns_ = 0;
    std::uint64_t orphans_ended_ = 0;
    std::uint64_t checkpoint_at_ns_ = never;
};

}  // namespace

tl::expected<Recording, LaunchError> run_session(Probe& probe, SignalInbox& inbox, const SessionOptions& options) {
    return Session(probe, inbox, options).run();
}

}  // namespace perfwrap
