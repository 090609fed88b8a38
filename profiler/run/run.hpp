// The composition of a run: options, plan, probe, session, summary, exporters.
#pragma once

#include "probes/host/host_facts.hpp"
#include "profiler/cli/options.hpp"
#include "profiler/launch/file_capabilities.hpp"
#include "profiler/launch/inherited.hpp"

namespace perfwrap {

// The host's facts, with eBPF really tried: for the doctor.
HostFacts try_host(const FileCapabilities& capabilities);

// Runs the command and tells what it cost. Returns perfwrap's exit status; complaints have gone to standard error.
int run(const RunOptions& options, const Inherited& inherited, FileCapabilities& capabilities);

}  // namespace perfwrap
