// Starts the command so that it cannot tell that it is wrapped: same descriptors, signal mask and dispositions, environment.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "profiler/launch/identity.hpp"
#include "profiler/launch/inherited.hpp"
#include "profiler/launch/kept_by_exec.hpp"

namespace perfwrap {

struct LaunchOptions {
    std::vector<std::string> command;  // argv; the program is looked up in PATH as execvp does
    sigset_t signal_mask{};            // to restore in the command
    bool ignore_sigchld = false;       // perfwrap was started with SIGCHLD ignored: so is the command
    KeptByExec kept_by_exec;           // of perfwrap, for the command
    int cgroup_procs_fd = -1;          // the child writes itself to it before exec; -1: it does not
    Inherited inherited{};             // what perfwrap was started with and passes on
    std::optional<Identity> identity;  // the user that it runs as; empty: perfwrap's own
};

struct Launched {
    pid_t pid = 0;
    std::uint64_t exec_ns = 0;  // CLOCK_MONOTONIC just before execve
    rusage before_exec{};       // what the child had used until then
    // Signals that perfwrap got but the child did not, because it did not exist yet when the group got them. Bit N - 1 stands for
    // signal N.
    std::uint64_t missed_signals = 0;
};

struct LaunchError {
    int exit_code = 127;  // 127 not found, 126 found but cannot be executed, 125 perfwrap's own failure
    std::string message;
    bool no_process = false;  // one process less may be enough for another attempt
};

// Returns once the command's program has been loaded, or could not be.
tl::expected<Launched, LaunchError> launch(const LaunchOptions& options);

}  // namespace perfwrap
