// One run of the command under a probe: launch, pass signals on, sample, reap, close the window. Any number of runs, one after
// the other, may share a probe and an inbox.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "probes/host/cgroup.hpp"
#include "probes/recording/probe.hpp"
#include "probes/recording/recording.hpp"
#include "profiler/cli/options.hpp"
#include "profiler/launch/launcher.hpp"
#include "profiler/session/signals.hpp"
#include "profiler/session/snapshots.hpp"

namespace perfwrap {

struct SessionOptions {
    std::vector<std::string> command;
    Orphans orphans = Orphans::leave;
    std::optional<std::chrono::nanoseconds> timeout;
    const MemoryCgroup* cgroup = nullptr;  // the command's own; null: the command stays in perfwrap's
    Inherited inherited{};
    KeptByExec kept_by_exec{};
    std::optional<Identity> identity;
    Snapshots* snapshots = nullptr;  // null: none are taken
    // Inherited descriptors that perfwrap still needs once the command runs; empty: all of them, for another run.
    std::optional<std::vector<int>> needed_descriptors{};
};

// Sets every field of the recording, including the probe's observation.
tl::expected<Recording, LaunchError> run_session(Probe& probe, SignalInbox& inbox, const SessionOptions& options);

}  // namespace perfwrap
