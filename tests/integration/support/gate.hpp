// Blocks a command until the test lets it continue, so that they stay in step however slow the machine is.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace perfwrap::test {

class Gate {
public:
    // For sh: waits for the gate without starting a process. The end of the test opens it too.
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

    // Called before the exec of perfwrap, which passes the gate on to the command.
    void hand_over() const {
        if (::dup2(ends_[0], descriptor) == descriptor) ::fcntl(descriptor, F_SETFD, 0);
    }

    // Opens the gate for good, for all processes that wait.
    void open() {
        if (ends_[1] >= 0) ::close(ends_[1]);
        ends_[1] = -1;
    }

private:
    static constexpr int descriptor = 9;

    std::array<int, 2> ends_{};
};

}  // namespace perfwrap::test
