// Statistics of a series of values.
#pragma once

#include <vector>

#include "exporters/result/result.hpp"

namespace perfwrap {

// `values` must not be empty. The median of an even number of values is the mean of the two in the middle; the standard deviation
// is that of a sample (n - 1).
Statistics statistics_of(std::vector<double> values);

}  // namespace perfwrap
