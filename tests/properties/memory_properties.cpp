#include <fmt/format.h>

#include <array>
#include <numeric>

#include "tests/properties/properties.hpp"

namespace perfwrap::test {
namespace {

using enum Metric;

struct Pair {
    Metric lesser;
    Metric greater;
};

// Those of the pairs that are both measured and the wrong way round.
Violations wrong_way_round(const RunResult& run, std::span<const Pair> pairs) {
    Violations found;
    for (const auto& [lesser, greater] : pairs) {
        const auto& small = run.metrics[lesser];
        const auto& large = run.metrics[greater];
        if (small && large && *small > *large)
            found.push_back(fmt::format("{} {} above {} {}", metric_info(lesser).key, *small, metric_info(greater).key, *large));
    }
    return found;
}

}  // namespace

Violations averages_above_peaks(const Result&, const RunResult& run) {
    constexpr std::array pairs{Pair{rss_average_bytes, rss_peak_bytes}, Pair{pss_average_bytes, pss_peak_bytes},
                               Pair{anon_average_bytes, anon_peak_bytes}};
    return wrong_way_round(run, pairs);
}

Violations pss_above_rss(const Result&, const RunResult& run) {
    constexpr std::array pairs{Pair{pss_peak_bytes, rss_peak_bytes}, Pair{pss_average_bytes, rss_average_bytes}};
    return wrong_way_round(run, pairs);
}

Violations parts_above_the_whole(const Result&, const RunResult& run) {
    constexpr std::array pairs{Pair{rss_anon_peak_bytes, rss_peak_bytes},  Pair{rss_file_peak_bytes, rss_peak_bytes},
                               Pair{rss_shmem_peak_bytes, rss_peak_bytes}, Pair{largest_process_rss_peak_bytes, rss_peak_bytes},
                               Pair{cpu_user_seconds, cpu_seconds},        Pair{cpu_system_seconds, cpu_seconds}};
    auto found = wrong_way_round(run, pairs);
    const auto& largest = run.metrics[largest_process_rss_peak_bytes];
    for (const auto& row : run.processes.recorded)
        if (largest && row.rss_peak_bytes && *row.rss_peak_bytes > *largest)
            found.push_back(
                fmt::format("{} of process {} above largest_process_rss_peak_bytes {}", *row.rss_peak_bytes, row.pid, *largest));
    return found;
}

// Only the largest holders are listed.
Violations holders_that_are_not_the_peak(const Result&, const RunResult& run) {
    const auto& peak = run.metrics[rss_peak_bytes];
    if (!run.peak || !peak) return {};
    double sum = 0;
    for (const auto& holder : run.peak->processes) sum += holder.rss_bytes;
    if (sum <= *peak) return {};
    return {fmt::format("the holders at the peak held {}, above rss_peak_bytes {}", sum, *peak)};
}

}  // namespace perfwrap::test
