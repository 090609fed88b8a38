// The signals that perfwrap, as a wrapper, takes in place of the command.
#pragma once

#include <sys/signalfd.h>

#include <csignal>
#include <optional>

namespace perfwrap {

// Blocks the signals that are passed on, and SIGCHLD, and reads them from a descriptor. They stay blocked until perfwrap ends:
// nothing that arrives while results are written may cost the results.
class SignalInbox {
public:
    SignalInbox();
    ~SignalInbox();
    SignalInbox(const SignalInbox&) = delete;
    SignalInbox& operator=(const SignalInbox&) = delete;

    int fd() const { return fd_; }
    const sigset_t& mask_before() const { return mask_before_; }
    bool sigchld_was_ignored() const { return sigchld_was_ignored_; }

    std::optional<signalfd_siginfo> next();

private:
    int fd_ = -1;
    sigset_t mask_before_{};
    bool sigchld_was_ignored_ = false;
};

// Stops perfwrap as SIGTSTP would have; returns when it is continued.
void stop_self();

}  // namespace perfwrap
