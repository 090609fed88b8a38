#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "tests/properties/properties.hpp"

namespace perfwrap::test {
namespace {

// Bytes are written whole.
constexpr double rounding_bytes = 0.5;

double length_seconds(const RunResult& run, std::size_t bucket) {
    const auto& begins = run.timeline.t_seconds;
    const double end = bucket + 1 < begins.size() ? begins[bucket + 1] : run.metrics[Metric::wall_seconds].value_or(0);
    return end - begins[bucket];
}

}  // namespace

Violations integral_that_is_not_the_average(const Result&, const RunResult& run) {
    const auto& wall = run.metrics[Metric::wall_seconds];
    const auto& average = run.metrics[Metric::rss_average_bytes];
    if (!wall || !average) return {};
    double integral = 0;
    for (std::size_t i = 0; i < run.timeline.t_seconds.size(); ++i)
        integral += run.timeline.rss_mean_bytes[i] * length_seconds(run, i);
    const double expected = *average * *wall;
    // Times are written to the nanosecond.
    const double tolerance = 2 * rounding_bytes * *wall + 1e-6 * expected;
    if (std::abs(integral - expected) <= tolerance) return {};
    return {fmt::format("the timeline holds {} byte seconds, rss_average_bytes {} times wall_seconds {} is {}", integral,
                        *average, *wall, expected)};
}

Violations maximum_that_is_not_the_peak(const Result&, const RunResult& run) {
    const auto& peak = run.metrics[Metric::rss_peak_bytes];
    const auto& maxima = run.timeline.rss_max_bytes;
    if (!peak) return {};
    const double maximum = maxima.empty() ? 0 : *std::ranges::max_element(maxima);
    if (maximum == *peak) return {};
    return {fmt::format("the timeline's maximum is {}, rss_peak_bytes {}", maximum, *peak)};
}

Violations points_out_of_the_window(const Result&, const RunResult& run) {
    const auto& begins = run.timeline.t_seconds;
    const auto& wall = run.metrics[Metric::wall_seconds];
    Violations found;
    if (!begins.empty() && wall && begins.back() >= *wall)
        found.push_back(fmt::format("the last bucket begins at {}, wall_seconds is {}", begins.back(), *wall));
    if (!begins.empty() && begins.front() != 0) found.push_back(fmt::format("the first bucket begins at {}", begins.front()));
    for (std::size_t i = 0; i + 1 < begins.size(); ++i)
        if (begins[i + 1] <= begins[i])
            found.push_back(fmt::format("a bucket begins at {}, the next one at {}", begins[i], begins[i + 1]));
    for (std::size_t i = 0; i < begins.size(); ++i)
        if (run.timeline.rss_mean_bytes[i] > run.timeline.rss_max_bytes[i] + rounding_bytes)
            found.push_back(fmt::format("in the bucket at {} the mean {} is above the maximum {}", begins[i],
                                        run.timeline.rss_mean_bytes[i], run.timeline.rss_max_bytes[i]));
    return found;
}

Violations buckets_with_too_many_cores(const Result& result, const RunResult& run) {
    Violations found;
    for (std::size_t i = 0; i < run.timeline.cpu_cores.size(); ++i)
        if (run.timeline.cpu_cores[i] > result.host.cpus)
            found.push_back(fmt::format("{} cores in the bucket of {} s at {} on {} CPUs", run.timeline.cpu_cores[i],
                                        length_seconds(run, i), run.timeline.t_seconds[i], result.host.cpus));
    return found;
}

}  // namespace perfwrap::test
