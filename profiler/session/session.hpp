// One run of the command under a probe: launch, pass signals on, sample, reap, close the window.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "probes/recording/probe.hpp"
#include "probes/recording/recording.hpp"
#include "profiler/cli/options.hpp"
#include "profiler/launch/launcher.hpp"
#include "profiler/session/checkpoints.hpp"
#include "profiler/session/signals.hpp"

namespace perfwrap {

struct SessionOptions {
    std::vector<std::string> command;
    Orphans orphans = Orphans::leave;
    std::optional<std::chrono::nanoseconds> timeout;
    int cgroup_procs_fd = -1;
    Inherited inherited{};
    std::optional<Identity> identity;
    Checkpoints* checkpoints = nullptr;  // null: none are taken
};

// Everything in the recording is set, the probe's observation included.
tl::expected<Recording, LaunchError> run_session(Probe& probe, SignalInbox& inbox, const SessionOptions& options);

}  // namespace perfwrap
