// perfwrap run: measures the command and reports what it cost.
#pragma once

#include "profiler/cli/options.hpp"
#include "profiler/launch/file_capabilities.hpp"
#include "profiler/launch/inherited.hpp"

namespace perfwrap {

// Returns perfwrap's exit status. Errors are printed to standard error.
int run_command(const RunOptions& options, const Inherited& inherited, FileCapabilities& capabilities);

}  // namespace perfwrap
