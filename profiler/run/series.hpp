// The runs of one command as one result, however many have been measured so far.
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

// So that a result of many runs stays a file that opens: the more runs, the fewer rows and buckets each of them keeps.
RecordingLimits limits_of_each_run(const RunOptions& options);

class Series {
public:
    Series(const RunOptions& options, const HostFacts& facts, const Plan& plan, std::string perfwrap_version);

    void add(Recording run);
    bool empty() const { return runs_.empty(); }

    // The complete result.
    Result result() const;

    // The result of a series whose next run has come this far. May be called from another thread than the rest.
    Result result_with(Recording so_far) const;

private:
    RunResult summarized(const Recording& run, std::size_t index) const;
    Result result_of(std::vector<Recording> recordings, std::vector<RunResult> runs) const;

    const RunOptions& options_;
    const Plan& plan_;
    Result common_;  // what is the same of every run
    mutable std::mutex mutex_;
    std::vector<RunResult> runs_;
    std::vector<Recording> recordings_;  // without what is in runs_ already: rows, timeline
};

}  // namespace perfwrap
