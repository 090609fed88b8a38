#include "profiler/session.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <fstream>
#include <utility>

#include "profiler/clock.hpp"

namespace perfwrap {
namespace {

// Between SIGTERM and SIGKILL, for --timeout and --orphans kill.
constexpr std::uint64_t grace_ns = 5'000'000'000;
constexpr std::uint64_t never = ~std::uint64_t{0};

std::int64_t unix_ms_at(std::uint64_t then_ns) {
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch());
    return now.count() - static_cast<std::int64_t>((monotonic_ns() - then_ns) / 1'000'000);
}

// 'T' for stopped, as /proc/PID/stat has it after the last ')'.
char process_state(pid_t pid) {
    std::ifstream stat(fmt::format("/proc/{}/stat", pid));
    const std::string text{std::istreambuf_iterator<char>(stat), {}};
    const auto name_end = text.rfind(')');
    return name_end == std::string::npos || name_end + 2 >= text.size() ? '?' : text[name_end + 2];
}

class Session {
public:
    Session(Probe& probe, SignalInbox& inbox, const SessionOptions& options) : probe_(probe), inbox_(inbox), options_(options) {}

    tl::expected<Recording, LaunchError> run() {
        prctl(PR_SET_CHILD_SUBREAPER, 1);
        probe_.arm();
        const auto launched = launch({.command = options_.command,
                                      .signal_mask = inbox_.mask_before(),
                                      .ignore_sigchld = inbox_.sigchld_was_ignored(),
                                      .cgroup_procs_fd = options_.cgroup_procs_fd,
                                      .inherited = options_.inherited,
                                      .identity = options_.identity});
        if (!launched) return tl::unexpected(launched.error());
        command_ = launched->pid;
        recording_.exec_ns = launched->exec_ns;
        recording_.started_at_unix_ms = unix_ms_at(launched->exec_ns);
        probe_.started(command_, launched->exec_ns, launched->before_exec);
        if (options_.timeout)
            deadline_ns_ = launched->exec_ns + static_cast<std::uint64_t>(std::max(options_.timeout->count(), std::int64_t{0}));

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
            if (now_ns >= deadline_ns_) time_out(now_ns);
            sleep_until(std::min(sample_at_ns, deadline_ns_));
            take_signals();
            reap();
        }
    }

    bool over() {
        if (!command_ended_) return false;
        return options_.orphans != Orphans::wait || probe_.alive().empty();
    }

    // Until the moment, a signal, or the probe's own wish.
    void sleep_until(std::uint64_t moment_ns) {
        std::array<pollfd, 2> waits{{{inbox_.fd(), POLLIN, 0}, {window_open_ ? probe_.event_fd() : -1, POLLIN, 0}}};
        const std::uint64_t now_ns = monotonic_ns();
        const std::uint64_t left_ns = moment_ns > now_ns ? moment_ns - now_ns : 0;
        const timespec timeout{static_cast<time_t>(left_ns / 1'000'000'000), static_cast<long>(left_ns % 1'000'000'000)};
        ppoll(waits.data(), waits.size(), moment_ns == never ? nullptr : &timeout, nullptr);
        if ((waits[1].revents & POLLIN) != 0) probe_.sample(monotonic_ns());
    }

    void take_signals() {
        while (const auto info = inbox_.next()) {
            const int signal = static_cast<int>(info->ssi_signo);
            if (signal == SIGCHLD) continue;
            // The terminal signals the whole foreground group, the command too.
            const bool from_terminal = info->ssi_code == SI_KERNEL;
            if (!from_terminal && !from_tree(static_cast<pid_t>(info->ssi_pid)) && !continued_with_group(signal)) pass_on(signal);
            if (signal == SIGTSTP && !command_ended_) {
                stopped_with_group_ = from_terminal;
                stop_self();
            }
        }
    }

    // A member of the tree that signals its own process group has reached the command already.
    bool from_tree(pid_t sender) {
        const auto members = probe_.alive();
        return std::ranges::any_of(members, [&](const LiveProcess& member) { return member.pid == sender; });
    }

    // After a stop from the terminal the shell continues the whole group.
    bool continued_with_group(int signal) {
        return signal == SIGCONT && std::exchange(stopped_with_group_, false) && process_state(command_) != 'T';
    }

    void pass_on(int signal) const {
        if (!command_ended_) kill(command_, signal);
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
                recording_.wait_status = status;
                recording_.end_ns = now_ns;
            }
        }
    }

    void time_out(std::uint64_t now_ns) {
        signal_tree(recording_.timed_out ? SIGKILL : SIGTERM);
        deadline_ns_ = recording_.timed_out ? never : now_ns + grace_ns;
        recording_.timed_out = true;
    }

    // False: there is nobody left whom perfwrap may signal.
    bool signal_tree(int signal) {
        bool any = false;
        for (const auto& process : probe_.alive()) any = kill(process.pid, signal) == 0 || any;
        return any;
    }

    void close_window() {
        const bool waited = options_.orphans == Orphans::wait;
        if (waited) recording_.end_ns = std::max(recording_.end_ns, last_end_ns_);
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

    void kill_orphans() {
        signal_tree(SIGTERM);
        const std::uint64_t kill_at_ns = monotonic_ns() + grace_ns;
        while (!probe_.alive().empty()) {
            // What has become another user's by itself, ends by itself.
            if (monotonic_ns() >= kill_at_ns && !signal_tree(SIGKILL)) return;
            sleep_until(monotonic_ns() + 20'000'000);
            take_signals();
            reap();
        }
    }

    Probe& probe_;
    SignalInbox& inbox_;
    const SessionOptions& options_;
    Recording recording_;
    pid_t command_ = 0;
    bool command_ended_ = false;
    bool window_open_ = true;
    bool stopped_with_group_ = false;
    std::uint64_t last_end_ns_ = 0;
    std::uint64_t deadline_ns_ = never;
};

}  // namespace

tl::expected<Recording, LaunchError> run_session(Probe& probe, SignalInbox& inbox, const SessionOptions& options) {
    return Session(probe, inbox, options).run();
}

}  // namespace perfwrap
