// Raw facts of a run into metrics: pure arithmetic.
#pragma once

#include <map>
#include <span>

#include "exporters/result/result.hpp"
#include "probes/recording/recording.hpp"
#include "profiler/plan/plan.hpp"

namespace perfwrap {

struct SummarizeOptions {
    bool record_arguments = true;  // false: program names only
};

RunResult summarize(const Recording& recording, int index, const SummarizeOptions& options);

// Every metric is either a source in the measurement or unavailable with a reason: what the plan promised, corrected by what
// came.
Measurement describe_measurement(const Plan& plan, std::span<const Recording> recordings, std::span<const RunResult> runs);

// Per metric over the runs that have it.
std::map<Metric, Statistics> statistics(std::span<const RunResult> runs);

// "SIGKILL" for 9, "SIG64" for what has no name.
std::string signal_name(int signal);

// A wait(2) status as code or signal.
Exit exit_of(int wait_status);

}  // namespace perfwrap
