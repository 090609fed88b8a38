// The composition of a run: options, plan, probe, session, summary, exporters.
#pragma once

#include "profiler/options.hpp"

namespace perfwrap {

// Runs the command and tells what it cost. Returns perfwrap's exit status; complaints have gone to standard error.
int run(const RunOptions& options);

}  // namespace perfwrap
