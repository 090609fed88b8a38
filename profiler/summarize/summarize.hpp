// Turns the raw facts of a run into metrics: pure arithmetic.
#pragma once

#include <map>
#include <span>

#include "exporters/result/result.hpp"
#include "probes/recording/recording.hpp"
#include "profiler/plan/plan.hpp"

namespace perfwrap {

struct SummarizeOptions {
    bool record_arguments = true;     // false: program names only
    std::uint64_t clock_tick_ns = 0;  // Plan::clock_tick_ns
    std::size_t programs = RecordingLimits{}.programs;
};

// The kernel divides CPU time by what its clock ticks happened to see, and does not say how many there were. Less CPU time than
// this many ticks cannot be divided.
inline constexpr std::uint64_t fewest_ticks = 10;
bool too_short_to_divide(const TreeTotals& totals, std::uint64_t clock_tick_ns);

RunResult summarize(const Recording& recording, int index, const SummarizeOptions& options);

// Every metric gets either a source or a reason why it was not measured: the plan, corrected by what was really measured.
Measurement describe_measurement(const Plan& plan, std::span<const Recording> recordings, std::span<const RunResult> runs);

// Statistics of each metric over the runs that have it.
std::map<Metric, Statistics> statistics(std::span<const RunResult> runs);

// "SIGKILL" for 9, "SIG64" for a signal without a name.
std::string signal_name(int signal);

// A wait(2) status as code or signal.
Exit exit_of(int wait_status);

}  // namespace perfwrap
