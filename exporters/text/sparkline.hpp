// A quantity over time in one line of characters.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace perfwrap {

// For steps that begin at starts[i] and have values[i], the last one ending at `end`: the largest value, or the time-weighted
// mean, within each of `columns` windows of equal length. Starts ascend; both spans have the same length, at least one.
std::vector<double> window_maxima(std::span<const double> starts, std::span<const double> values, double end, int columns);
std::vector<double> window_means(std::span<const double> starts, std::span<const double> values, double end, int columns);

// One character per value, in eight heights from 0 to `top`: U+2581 to U+2588, or _.:-=+*# without `unicode`.
std::string sparkline(std::span<const double> values, double top, bool unicode);

}  // namespace perfwrap
