// Variables with which a service manager addresses one process by its number. It meant the command, which would have been its
// own child without perfwrap.
#pragma once

#include <sys/types.h>

#include <array>
#include <vector>

namespace perfwrap {

class OwnPidVariables {
public:
    // Replaces those that name the calling process, in an environment as execve(2) takes it. It must not outlive this.
    explicit OwnPidVariables(std::vector<const char*>& environment);
    OwnPidVariables(const OwnPidVariables&) = delete;
    OwnPidVariables& operator=(const OwnPidVariables&) = delete;

    // Lets them name that process. Allocates no memory.
    void name(pid_t pid);

private:
    struct Variable {
        std::array<char, 48> text{};  // NAME=PID
        std::size_t value = 0;        // where PID begins
    };
    std::array<Variable, 3> variables_{};
};

}  // namespace perfwrap
