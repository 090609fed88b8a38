#include "profiler/session/job_control.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "probes/system/clock.hpp"
#include "profiler/session/terminal.hpp"

namespace perfwrap {

void JobControl::command_started(pid_t command, std::uint64_t missed_signals) {
    command_ = command;
    missed_signals_ = missed_signals;
}

void JobControl::take_signals() {
    while (const auto info = inbox_.next()) {
        const int signal = static_cast<int>(info->ssi_signo);
        if (signal == SIGCHLD || is_of_perfwrap_itself(*info)) continue;
        const bool group_has_it = inbox_.reached_group(*info);
        const bool too_early = (missed_signals_ >> (signal - 1) & 1) != 0;
        if (!ended_ && !(group_has_it && !too_early && in_group())) forward(*info, command_);
        if (asks_to_end(signal) && !was_ignored(signal)) {
            told_to_end_ = signal;
            ++times_told_to_end_;
            told_to_end_after_command_ = told_to_end_after_command_ || ended_;
        }
        if (stops_a_job(signal)) stop_with_command_ = signal;
        if (signal == SIGCONT) stop_with_command_ = 0;
    }
    missed_signals_ = 0;
}

// False for a command that has made its own group, as timeout(1) does. Without perfwrap it would lead this group and get the
// group's signals.
bool JobControl::in_group() const { return getpgid(command_) == getpgrp(); }

bool JobControl::command_is_stopped(std::uint64_t last_awake_ns) {
    siginfo_t info{};
    while (!ended_ && waitid(P_PID, static_cast<id_t>(command_), &info, WSTOPPED | WCONTINUED | WNOHANG) == 0 &&
           info.si_pid != 0) {
        if (info.si_code == CLD_CONTINUED)
            stopped_.go_on(monotonic_ns(), last_awake_ns);
        else
            stopped_.stop(monotonic_ns());
        info = {};
    }
    return stopped_.stopped();
}

// The shell that started perfwrap should see it stop when the command does, not before: the command may catch the signal.
void JobControl::stop_along(std::uint64_t last_awake_ns) {
    const auto wanted = [&] { return command_is_stopped(last_awake_ns) || ended_; };
    if (!wanted()) return;
    if (stop_with_command_ != 0)
        stop_self(std::exchange(stop_with_command_, 0), wanted);
    else if (!ended_ && !in_group())
        hand_terminal_back(last_awake_ns);
}

// A command that manages process groups, such as a shell, has taken the terminal for its own group. When that group stops, the
// terminal has no running reader: perfwrap, the job that the outer shell knows, takes the terminal back and stops as well, so
// that the shell takes over.
void JobControl::hand_terminal_back(std::uint64_t last_awake_ns) {
    const pid_t commands = getpgid(command_);
    const Terminal terminal;
    if (terminal.owner() != commands) return;
    terminal.give_to(getpgrp());
    stop_self(SIGTSTP, [&] { return command_is_stopped(last_awake_ns); });
    if (terminal.owner() == getpgrp()) terminal.give_to(commands);
    kill(-commands, SIGCONT);
}

}  // namespace perfwrap
