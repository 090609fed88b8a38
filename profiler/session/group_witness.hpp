// Distinguishes signals that were sent to perfwrap's whole process group from those that were sent to perfwrap alone. The kernel
// does not report which it was: Ctrl-C, `kill -- -PGID` and timeout(1) reach the command by themselves, `kill PID` does not.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace perfwrap {

// A process in perfwrap's group that blocks all signals and counts those that it gets: the whole group got them too. It sleeps
// until it is asked, has no descriptor but its socket and no capabilities, and ends with perfwrap, however perfwrap ends.
class GroupWitness {
public:
    // The caller must have blocked every signal; the witness inherits that. arguments: where the kernel reads the process's
    // arguments; the witness writes its own name there. May be empty.
    explicit GroupWitness(std::span<char> arguments);
    ~GroupWitness();

    // Lets the witness end; it cannot be asked any more.
    void dismiss();

    // The same, and waits until its process is gone. False: there was none.
    bool end();

    GroupWitness(const GroupWitness&) = delete;
    GroupWitness& operator=(const GroupWitness&) = delete;

    // How often each signal came, by its number. Of a standard signal the kernel keeps at most one pending.
    using Counts = std::array<std::uint16_t, 65>;

    // The signals that the group got since the last call, including all that were sent before the caller got its own copy. Empty
    // if there is no witness.
    std::optional<Counts> ask();

private:
    pid_t pid_ = -1;
    int socket_ = -1;
    std::uint8_t question_ = 0;  // number of the last question
};

// Returns when every signal that is being sent to the caller's group has reached all of its members.
void await_group_signals();

}  // namespace perfwrap
