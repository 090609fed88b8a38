// perfwrap and the command as one job: signals passed on, stops and continuations shared, the terminal handed back.
#pragma once

#include <sys/types.h>

#include <cstdint>

#include "profiler/session/signals.hpp"
#include "profiler/session/stopped_time.hpp"

namespace perfwrap {

class JobControl {
public:
    explicit JobControl(SignalInbox& inbox) : inbox_(inbox) {}

    // missed_signals: what perfwrap's group got before the command was in it, signal N as bit N - 1; it counts for the next
    // attend().
    void command_started(pid_t command, std::uint64_t missed_signals);
    void command_ended() { ended_ = true; }

    // Takes every signal that has come, and passes on what the command has not got by itself.
    void take_signals();

    // Whether it is stopped now: what continues or kills a process takes the report of its stop away. last_awake_ns: when
    // perfwrap last went to sleep, or was stopped before it could.
    bool command_is_stopped(std::uint64_t last_awake_ns);

    // Stops perfwrap where the command has been stopped by job control, and returns when the job goes on.
    void stop_along(std::uint64_t last_awake_ns);

    // perfwrap got a signal by which a program that waits would end: at any time in this run, and after the command had ended.
    bool told_to_end() const { return told_to_end_; }
    bool told_to_end_after_command() const { return told_to_end_after_command_; }

    // How long the command was stopped until then.
    std::uint64_t stopped_ns(std::uint64_t end_ns) const { return stopped_.total_ns(end_ns); }

private:
    bool in_group() const;
    void hand_terminal_back(std::uint64_t last_awake_ns);

    SignalInbox& inbox_;
    pid_t command_ = 0;
    std::uint64_t missed_signals_ = 0;
    bool ended_ = false;
    bool told_to_end_ = false;
    bool told_to_end_after_command_ = false;
    int stop_with_command_ = 0;  // the signal with which a shell asked for it; 0: nobody did
    StoppedTime stopped_;
};

}  // namespace perfwrap
