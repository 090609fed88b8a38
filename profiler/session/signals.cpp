#include "profiler/session/signals.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>

#include "probes/system/pending_signal.hpp"

namespace perfwrap {
namespace {

// Raised by the kernel, abort() and sanitizers for faults of perfwrap itself.
constexpr std::array own_faults{SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};

}  // namespace

SignalInbox::Block::Block() {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
}

SignalInbox::SignalInbox(std::span<char> arguments) : witness_(arguments) {
    sigset_t taken;
    sigfillset(&taken);
    for (const int signal : own_faults) sigdelset(&taken, signal);
    sigset_t blocked = block_.before;
    sigorset(&blocked, &blocked, &taken);
    pthread_sigmask(SIG_SETMASK, &blocked, nullptr);

    struct sigaction sigchld {};
    sigaction(SIGCHLD, nullptr, &sigchld);
    sigchld_was_ignored_ = sigchld.sa_handler == SIG_IGN || (sigchld.sa_flags & SA_NOCLDWAIT) != 0;
    if (sigchld_was_ignored_) std::signal(SIGCHLD, SIG_DFL);  // otherwise the kernel would reap the command itself

    fd_ = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd_ < 0) throw std::system_error(errno, std::system_category(), "cannot receive signals: signalfd");
}

SignalInbox::~SignalInbox() { close(fd_); }

std::optional<signalfd_siginfo> SignalInbox::next() {
    signalfd_siginfo info{};
    if (read(fd_, &info, sizeof(info)) == sizeof(info)) return info;
    sent_to_group_ = {};  // all signals have been read
    return std::nullopt;
}

bool SignalInbox::reached_group(const signalfd_siginfo& info) {
    auto& of_this = sent_to_group_.at(info.ssi_signo);
    if (const auto witnessed = witness_.ask()) {
        // Standard signals do not queue: two that perfwrap got separately may have been one for the witness, or the other way
        // round.
        for (std::size_t signal = 1; signal < witnessed->size(); ++signal) {
            auto& sent = sent_to_group_.at(signal);
            const bool queues = static_cast<int>(signal) >= SIGRTMIN;
            sent = queues ? static_cast<std::uint16_t>(sent + witnessed->at(signal)) : std::max(sent, witnessed->at(signal));
        }
    } else if (info.ssi_code == SI_KERNEL) {
        of_this = 1;  // without a witness: most likely sent by the terminal
    }
    if (of_this == 0) return false;
    --of_this;
    return true;
}

int SignalInbox::waiting_to_end() { return pending_signal_to_end(); }

bool is_of_perfwrap_itself(const signalfd_siginfo& info) {
    if (static_cast<pid_t>(info.ssi_pid) == getpid()) return true;
    return info.ssi_signo == SIGXCPU && info.ssi_code == SI_KERNEL;
}

bool stops_a_job(int signal) { return signal == SIGTSTP || signal == SIGTTIN || signal == SIGTTOU; }

bool asks_to_end(int signal) { return signal == SIGHUP || signal == SIGINT || signal == SIGQUIT || signal == SIGTERM; }

bool was_ignored(int signal) {
    struct sigaction action {};
    return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void forward(const signalfd_siginfo& info, pid_t to) {
    const int signal = static_cast<int>(info.ssi_signo);
    if (info.ssi_code != SI_QUEUE) {
        kill(to, signal);
        return;
    }
    sigval value{};
    value.sival_ptr = reinterpret_cast<void*>(info.ssi_ptr);
    sigqueue(to, signal, value);
}

void stop_self(int signal, const std::function<bool()>& wanted) {
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, signal);
    // It is blocked and therefore pending: from here on a SIGCONT removes it. A SIGCONT that was pending before has been removed
    // by it, but has already continued the rest of the group.
    raise(signal);
    await_group_signals();
    if (!wanted()) {
        constexpr timespec at_once{};
        sigtimedwait(&stop, nullptr, &at_once);
        return;
    }
    pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
    pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

}  // namespace perfwrap
