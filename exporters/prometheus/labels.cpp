#include "exporters/prometheus/labels.hpp"

#include <algorithm>
#include <array>

#include "exporters/text/renamed_labels.hpp"

namespace perfwrap {
namespace {

// The labels of perfwrap's own series, and those that Prometheus uses for the parts of histograms and summaries.
constexpr std::array<std::string_view, 8> reserved{"benchmark", "mode",      "version", "kernel",
                                                   "host",      "cpu_model", "le",      "quantile"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_'; }

}  // namespace

std::string prometheus_label_name(std::string_view name) {
    std::string sanitised(name);
    std::ranges::replace_if(
        sanitised, [](char c) { return !is_name_character(c); }, '_');
    const bool invalid = sanitised.empty() || is_digit(sanitised.front());
    if (invalid || sanitised.starts_with("__") || std::ranges::count(reserved, sanitised) > 0) sanitised.insert(0, "label_");
    return sanitised;
}

std::map<std::string, std::string> prometheus_labels(const std::map<std::string, std::string>& labels) {
    return renamed_labels(labels, prometheus_label_name);
}

}  // namespace perfwrap
