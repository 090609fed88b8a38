// One process that becomes the command.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

#include "profiler/launch/launcher.hpp"

namespace perfwrap {

// What perfwrap or the new process was about to do.
enum class StartStep : std::uint8_t { share_memory, fork, enter_cgroup, guard_terminal, become_user, exec };

struct StartError {
    StartStep step = StartStep::exec;
    int error = 0;  // an errno
};

// path: the program; a script without an interpreter line is run by the shell, as by execvp(3). Returns once the program has been
// loaded, or could not be.
tl::expected<Launched, StartError> start(const std::string& path, const LaunchOptions& options);

}  // namespace perfwrap
