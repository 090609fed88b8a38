// What is made once and measures any number of runs, one after the other, each from nothing: the plan and its loaded probe.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "probes/host/cgroup.hpp"
#include "probes/host/host_facts.hpp"
#include "probes/recording/probe.hpp"
#include "profiler/cli/options.hpp"
#include "profiler/launch/file_capabilities.hpp"
#include "profiler/launch/inherited.hpp"
#include "profiler/plan/plan.hpp"
#include "profiler/session/session.hpp"

namespace perfwrap {

// The host's facts, with eBPF really tried: for the doctor.
HostFacts try_host(const FileCapabilities& capabilities);

class Prepared {
public:
    // identity: who the command will be; none: who perfwrap is. Drops what file capabilities gave: nothing is loaded later.
    // Error: a sentence; nothing has been started.
    static tl::expected<Prepared, std::string> make(const RunOptions& options, const Inherited& inherited,
                                                    const std::optional<Identity>& identity, FileCapabilities& capabilities);

    const HostFacts& facts() const { return facts_; }
    const Plan& plan() const { return plan_; }

    // One run.
    tl::expected<Recording, LaunchError> measure(SignalInbox& inbox, Snapshots* snapshots);

private:
    Prepared() = default;

    HostFacts facts_;
    Plan plan_;
    std::optional<MemoryCgroup> cgroup_;  // of the next run, or of the last one
    bool cgroup_used_ = false;
    std::unique_ptr<Probe> probe_;
    std::optional<KeptByExec> kept_by_exec_;  // taken away from perfwrap just before the first run, given to each
    SessionOptions session_;
};

}  // namespace perfwrap
