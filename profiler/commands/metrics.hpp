// perfwrap metrics: every metric with its meaning.
#pragma once

#include "profiler/cli/options.hpp"

namespace perfwrap {

// Returns the exit code.
int metrics_command(const MetricsOptions& options);

}  // namespace perfwrap
