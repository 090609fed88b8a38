// Holds a command up until the test lets it go on: however slow the machine, neither is ahead of the other.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace perfwrap::test {

class Gate {
public:
    // For sh: waits for the gate, starting no process. Opened too where the test has ended.
    static constexpr const char* wait = "read -r go <&9";

    Gate() {
        if (::pipe2(ends_.data(), O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    }
    ~Gate() {
        ::close(ends_[0]);
        open();
    }
    Gate(const Gate&) = delete;
    Gate& operator=(const Gate&) = delete;

    // Before exec, for perfwrap, which hands it on.
    void hand_over() const {
        if (::dup2(ends_[0], descriptor) == descriptor) ::fcntl(descriptor, F_SETFD, 0);
    }

    // For good, to all who wait.
    void open() {
        if (ends_[1] >= 0) ::close(ends_[1]);
        ends_[1] = -1;
    }

private:
    static constexpr int descriptor = 9;

    std::array<int, 2> ends_{};
};

}  // namespace perfwrap::test
