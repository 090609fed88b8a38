#include "profiler/summarize/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace perfwrap {
namespace {

double median_of_sorted(const std::vector<double>& values) {
    const std::size_t middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : std::midpoint(values[middle - 1], values[middle]);
}

std::optional<double> sample_deviation(const std::vector<double>& values, double mean) {
    if (values.size() < 2) return std::nullopt;
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

}  // namespace

Statistics statistics_of(std::vector<double> values) {
    std::ranges::sort(values);
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    return {
        .n = values.size(),
        .mean = mean,
        .median = median_of_sorted(values),
        .stddev = sample_deviation(values, mean),
        .min = values.front(),
        .max = values.back(),
    };
}

}  // namespace perfwrap
