// The controlling terminal of perfwrap and the command, and its foreground process group.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <optional>

#include "probes/system/unique_fd.hpp"

namespace perfwrap {

class Terminal {
public:
    // The foreground process group; empty without a terminal.
    std::optional<pid_t> owner() const {
        const pid_t group = ::tcgetpgrp(terminal_.get());
        return group > 0 ? std::optional(group) : std::nullopt;
    }

    // SIGTTOU must be blocked, as all signals are in perfwrap: otherwise it would stop a group in the background.
    void give_to(pid_t group) const { ::tcsetpgrp(terminal_.get(), group); }

private:
    UniqueFd terminal_{::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
};

}  // namespace perfwrap
