// As many digits of a number as are known.
#pragma once

#include <cmath>

namespace perfwrap {

// The number to nine decimals: times are known to the nanosecond, and what is computed from them is no finer. The digits that
// binary fractions add beyond that say nothing.
inline double to_the_nanosecond(double value) {
    constexpr double per_unit = 1e9;
    constexpr double whole_from = 9007199254740992.0;  // 2^53, from where on every double is a whole number
    const double scaled = value * per_unit;
    return std::abs(scaled) < whole_from ? std::round(scaled) / per_unit : value;
}

}  // namespace perfwrap
