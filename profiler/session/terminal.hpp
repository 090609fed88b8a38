// Whose turn it is at the terminal that controls perfwrap and the command.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <optional>

#include "probes/system/unique_fd.hpp"

namespace perfwrap {

class Terminal {
public:
    // The process group that has it; none without a terminal.
    std::optional<pid_t> owner() const {
        const pid_t group = ::tcgetpgrp(terminal_.get());
        return group > 0 ? std::optional(group) : std::nullopt;
    }

    // SIGTTOU must be blocked, as perfwrap has every signal: a group in the background may do it only then.
    void give_to(pid_t group) const { ::tcsetpgrp(terminal_.get(), group); }

private:
    UniqueFd terminal_{::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
};

}  // namespace perfwrap
