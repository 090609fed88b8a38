// Prometheus text exposition format 0.0.4 of a finished run: gauges, without timestamps.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
#pragma once

#include <string>

#include "exporters/result/result.hpp"

namespace perfwrap {

// One family per metric, named perfwrap_<metric key>, which holds the median over the runs; cpu_seconds has one series per mode.
// A metric that was not measured has no family.
std::string format_prometheus(const Result& result);

}  // namespace perfwrap
