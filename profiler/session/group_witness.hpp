// Tells a signal that was sent to perfwrap's whole process group from one that was sent to perfwrap alone.
// The kernel does not say which it was: Ctrl-C, `kill -- -PGID` and timeout(1) reach the command by themselves, `kill PID` does
// not.
#pragma once

#include <sys/types.h>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace perfwrap {

// A process beside perfwrap in the same group that takes no signal but notes it: what it got, the group got. It sleeps until it
// is asked, holds no descriptor but its socket and no capability, and goes when perfwrap goes, however perfwrap ends.
class GroupWitness {
public:
    // The caller has every signal blocked: the witness keeps them so. arguments: where the kernel reads the process's arguments
    // (the witness writes its own name there), or nothing.
    explicit GroupWitness(std::span<char> arguments);
    ~GroupWitness();

    // There will be nothing more to ask: it goes while its owner works on.
    void dismiss();

    GroupWitness(const GroupWitness&) = delete;
    GroupWitness& operator=(const GroupWitness&) = delete;

    // How often a signal came, by its number. Of a standard signal the kernel keeps no more than one that was not taken.
    using Counts = std::array<std::uint16_t, 65>;

    // What the group got since the last call; none if there is no witness to ask.
    // Whatever was sent to the group before the caller got its own copy is in it.
    std::optional<Counts> ask();

private:
    pid_t pid_ = -1;
    int socket_ = -1;
    std::uint8_t question_ = 0;  // the number of the last one
};

// Returns when every signal that is being sent to the caller's group has reached all of its members.
void await_group_signals();

}  // namespace perfwrap
