// Formats quantities for people: three to four digits and a fitting unit, the same in every locale.
#pragma once

#include <string>

#include "exporters/result/metrics.hpp"

namespace perfwrap {

std::string format_bytes(double bytes);      // "512 B", "1.50 KiB", "64.0 MiB", "1.85 GiB"
std::string format_seconds(double seconds);  // "0.650 ms", "12.3 ms", "1.500 s", "12.34 s", "2 min 05 s", "1 h 02 min"
std::string format_count(double count);      // "1,234,567"
std::string format_cores(double cores);      // "3.43 cores"

std::string format_quantity(double value, Unit unit);

}  // namespace perfwrap
