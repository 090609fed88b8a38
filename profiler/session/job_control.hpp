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

    // missed_signals: signals that perfwrap's group got before the command was in it; bit N - 1 stands for signal N. The next
    // take_signals() uses them.
    void command_started(pid_t command, std::uint64_t missed_signals);
    void command_ended() { ended_ = true; }

    // Handles every pending signal, and forwards those that the command did not get itself.
    void take_signals();

    // Whether the command is stopped now. Call it before continuing or killing the command, which would discard the report of a
    // stop. last_awake_ns: when perfwrap last went to sleep, or was itself stopped before that.
    bool command_is_stopped(std::uint64_t last_awake_ns);

    // Stops perfwrap if job control has stopped the command, and returns when the job continues.
    void stop_along(std::uint64_t last_awake_ns);

    // Whether perfwrap got a signal that asks it to end: at any time in this run, or after the command had ended.
    int told_to_end() const { return told_to_end_; }
    bool told_to_end_after_command() const { return told_to_end_after_command_; }
    unsigned times_told_to_end() const { return times_told_to_end_; }

    // How long the command was stopped, up to end_ns.
    std::uint64_t stopped_ns(std::uint64_t end_ns) const { return stopped_.total_ns(end_ns); }

private:
    bool in_group() const;
    void hand_terminal_back(std::uint64_t last_awake_ns);

    SignalInbox& inbox_;
    pid_t command_ = 0;
    std::uint64_t missed_signals_ = 0;
    bool ended_ = false;
    int told_to_end_ = 0;
    unsigned times_told_to_end_ = 0;
    bool told_to_end_after_command_ = false;
    int stop_with_command_ = 0;  // the stop signal that perfwrap got; 0: none
    StoppedTime stopped_;
};

}  // namespace perfwrap
