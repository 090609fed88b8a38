// Prometheus text exposition format 0.0.4, of gauges without timestamps.
// https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace perfwrap {

using PrometheusLabels = std::vector<std::pair<std::string, std::string>>;

struct PrometheusGauge {
    PrometheusLabels labels;
    double value = 0;
};

struct PrometheusFamily {
    std::string name;
    std::string_view help;
    std::vector<PrometheusGauge> series;
};

// Metric and label names must be valid, label values UTF-8. Numbers are written to the nanosecond, as the shortest text that
// reads back as the same number, in every locale.
std::string prometheus_text(std::span<const PrometheusFamily> families);

}  // namespace perfwrap
