#include "profiler/signals.hpp"

#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace perfwrap {
namespace {

constexpr std::array passed_on{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT, SIGTSTP};

}  // namespace

SignalInbox::SignalInbox() {
    sigset_t taken;
    sigemptyset(&taken);
    for (const int signal : passed_on) sigaddset(&taken, signal);
    sigaddset(&taken, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &taken, &mask_before_);

    struct sigaction sigchld {};
    sigaction(SIGCHLD, nullptr, &sigchld);
    sigchld_was_ignored_ = sigchld.sa_handler == SIG_IGN || (sigchld.sa_flags & SA_NOCLDWAIT) != 0;
    if (sigchld_was_ignored_) std::signal(SIGCHLD, SIG_DFL);  // or the kernel would reap the command unseen

    fd_ = signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd_ < 0) throw std::system_error(errno, std::system_category(), "cannot receive signals: signalfd");
}

SignalInbox::~SignalInbox() { close(fd_); }

std::optional<signalfd_siginfo> SignalInbox::next() {
    signalfd_siginfo info{};
    if (read(fd_, &info, sizeof(info)) != sizeof(info)) return std::nullopt;
    return info;
}

void stop_self() {
    sigset_t stop;
    sigemptyset(&stop);
    sigaddset(&stop, SIGTSTP);
    raise(SIGTSTP);
    pthread_sigmask(SIG_UNBLOCK, &stop, nullptr);
    pthread_sigmask(SIG_BLOCK, &stop, nullptr);
}

}  // namespace perfwrap
