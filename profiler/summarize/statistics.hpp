// What a series of values amounts to.
#pragma once

#include <vector>

#include "exporters/result/result.hpp"

namespace perfwrap {

// `values` holds at least one. The median of an even number is the mean of the middle two; the standard deviation is the
// sample's.
Statistics statistics_of(std::vector<double> values);

}  // namespace perfwrap
