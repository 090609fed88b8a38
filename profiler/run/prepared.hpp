// The plan and its loaded probe. Prepared once, they measure any number of runs, one after the other and independent of each
// other.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

#include "probes/host/cgroup.hpp"
#include "probes/host/host_facts.hpp"
#include "probes/recording/probe.hpp"
#include "profiler/cli/options.hpp"
#include "profiler/launch/file_capabilities.hpp"
#include "profiler/launch/inherited.hpp"
#include "profiler/plan/plan.hpp"
#include "profiler/session/session.hpp"

namespace perfwrap {

// Facts about the host, including whether the eBPF programs load. For perfwrap doctor.
HostFacts try_host(const FileCapabilities& capabilities);

class Prepared {
public:
    // identity: the user that the command runs as; empty: perfwrap's own. Drops the capabilities of perfwrap's file: nothing is
    // loaded later. Error: a sentence; the command has not been started.
    static tl::expected<Prepared, std::string> make(const RunOptions& options, const Inherited& inherited,
                                                    const std::optional<Identity>& identity, FileCapabilities& capabilities);

    const HostFacts& facts() const { return facts_; }
    const Plan& plan() const { return plan_; }

    // needed_descriptors: as in SessionOptions.
    tl::expected<Recording, LaunchError> measure(SignalInbox& inbox, Snapshots* snapshots,
                                                 std::optional<std::vector<int>> needed_descriptors);

private:
    Prepared() = default;

    HostFacts facts_;
    Plan plan_;
    std::optional<MemoryCgroup> cgroup_;  // for the next run, or the last run's
    bool cgroup_used_ = false;
    std::unique_ptr<Probe> probe_;
    std::optional<KeptByExec> kept_by_exec_;  // taken from perfwrap before the first run, given to every command
    SessionOptions session_;
};

}  // namespace perfwrap
