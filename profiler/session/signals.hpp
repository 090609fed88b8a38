// Signals that perfwrap, as a wrapper, gets instead of the command.
#pragma once

#include <sys/signalfd.h>

#include <csignal>
#include <functional>
#include <optional>
#include <span>

#include "profiler/session/group_witness.hpp"

namespace perfwrap {

// Blocks every signal except those that faults of perfwrap itself raise, and reads them from a descriptor. They stay blocked
// until perfwrap ends: no signal that arrives while results are written may prevent that.
class SignalInbox {
public:
    // arguments: as for GroupWitness.
    explicit SignalInbox(std::span<char> arguments);
    ~SignalInbox();
    SignalInbox(const SignalInbox&) = delete;
    SignalInbox& operator=(const SignalInbox&) = delete;

    int fd() const { return fd_; }
    const sigset_t& mask_before() const { return block_.before; }
    bool sigchld_was_ignored() const { return sigchld_was_ignored_; }

    std::optional<signalfd_siginfo> next();

    // Whether the signal, the last one that next() returned, was sent to the whole process group, so that its other members have
    // it already.
    bool reached_group(const signalfd_siginfo& info);
    // A pending signal that asks perfwrap to end; 0: none.
    static int waiting_to_end();

    // Call it when reached_group() is not needed any more.
    void dismiss_witness() { witness_.dismiss(); }
    // Does without it where another process is needed more; false: it had none.
    bool give_up_witness() { return witness_.end(); }

private:
    struct Block {
        Block();
        sigset_t before{};
    };

    Block block_;
    GroupWitness witness_;  // made with all signals blocked
    int fd_ = -1;
    bool sigchld_was_ignored_ = false;
    GroupWitness::Counts sent_to_group_{};  // of signals not read from the descriptor yet
};

// Whether the kernel sent the signal for something that perfwrap itself did: SIGPIPE, SIGXFSZ, or SIGXCPU for its own CPU time,
// which has a limit separate from the command's.
bool is_of_perfwrap_itself(const signalfd_siginfo& info);

// SIGTSTP, SIGTTIN and SIGTTOU, with which the terminal or a shell stops a job.
bool stops_a_job(int signal);

// SIGHUP, SIGINT, SIGQUIT and SIGTERM, which by default end a program.
bool asks_to_end(int signal);

// Whether perfwrap was started with the signal ignored, for example by nohup(1) or as a shell's background job.
bool was_ignored(int signal);

// Sends the signal to another process, with its sigqueue(3) value if it has one.
void forward(const signalfd_siginfo& info, pid_t to);

// Stops perfwrap as the signal would have, and returns when it is continued. Calls wanted() when no later SIGCONT can be missed
// any more; if it returns false, perfwrap does not stop.
void stop_self(int signal, const std::function<bool()>& wanted);

}  // namespace perfwrap
