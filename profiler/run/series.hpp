// Collects the runs of one command into one result.
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include "exporters/result/result.hpp"
#include "probes/host/host_facts.hpp"
#include "probes/recording/recording.hpp"
#include "profiler/cli/options.hpp"
#include "profiler/plan/plan.hpp"

namespace perfwrap {

// The more runs, the fewer rows and buckets each of them keeps, so that the result file stays small enough to open.
RecordingLimits limits_of_each_run(const RunOptions& options);

class Series {
public:
    Series(const RunOptions& options, const HostFacts& facts, const Plan& plan, std::string perfwrap_version);

    void add(Recording run);
    bool empty() const { return runs_.empty(); }

    // The complete result, of at least one run.
    Result result() const;

    // The result so far, including a run that has not ended yet. May be called from a different thread than the other functions.
    Result result_with(Recording so_far) const;

private:
    RunResult summarized(const Recording& run, std::size_t index) const;
    Result result_of(std::vector<Recording> recordings, std::vector<RunResult> runs) const;

    const RunOptions& options_;
    const Plan& plan_;
    Result common_;  // what all runs share
    mutable std::mutex mutex_;
    std::vector<RunResult> runs_;
    std::vector<Recording> recordings_;  // without what runs_ already holds: rows, timeline, peak
};

}  // namespace perfwrap
