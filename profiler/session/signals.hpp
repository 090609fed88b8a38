// The signals that perfwrap, as a wrapper, takes in place of the command.
#pragma once

#include <sys/signalfd.h>

#include <csignal>
#include <functional>
#include <optional>
#include <span>

#include "profiler/session/group_witness.hpp"

namespace perfwrap {

// Blocks every signal but those that a fault of perfwrap's own raises, and reads them from a descriptor. They stay blocked until
// perfwrap ends: nothing that arrives while results are written may cost the results.
class SignalInbox {
public:
    // arguments: where the kernel reads the arguments of a process, for the witness.
    explicit SignalInbox(std::span<char> arguments);
    ~SignalInbox();
    SignalInbox(const SignalInbox&) = delete;
    SignalInbox& operator=(const SignalInbox&) = delete;

    int fd() const { return fd_; }
    const sigset_t& mask_before() const { return block_.before; }
    bool sigchld_was_ignored() const { return sigchld_was_ignored_; }

    std::optional<signalfd_siginfo> next();

    // Whether the signal, which next() gave last, went to the whole process group, so that its other members have it already.
    bool reached_group(const signalfd_siginfo& info);
    // A signal by which a program that waits would end, and which has come and was not taken yet; 0: none.
    int waiting_to_end() const;

    // From now on nobody asks.
    void dismiss_witness() { witness_.dismiss(); }

private:
    struct Block {
        Block();
        sigset_t before{};
    };

    Block block_;
    GroupWitness witness_;  // made with all signals blocked
    int fd_ = -1;
    bool sigchld_was_ignored_ = false;
    GroupWitness::Counts sent_to_group_{};  // of signals not taken from the descriptor yet
};

// What the kernel sends for something that perfwrap did: SIGPIPE, SIGXFSZ, and SIGXCPU for its own CPU time, which is limited as
// the command's is, each by itself.
bool is_of_perfwrap_itself(const signalfd_siginfo& info);

// SIGTSTP, SIGTTIN, SIGTTOU: what the terminal or a shell stops a job with.
bool stops_a_job(int signal);

// SIGHUP, SIGINT, SIGQUIT, SIGTERM: what by default ends a program that waits.
bool asks_to_end(int signal);

// Whether perfwrap was started with it ignored, as nohup(1) and a shell's background jobs are.
bool was_ignored(int signal);

// Passes a signal on, with the value that sigqueue(3) gave it if there is one.
void forward(const signalfd_siginfo& info, pid_t to);

// Stops perfwrap as the signal would have, if that is still wanted once a SIGCONT cannot be overlooked any more; returns when it
// is continued.
void stop_self(int signal, const std::function<bool()>& wanted);

}  // namespace perfwrap
