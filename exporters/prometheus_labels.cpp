#include "exporters/prometheus_labels.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "profiler/text.hpp"

namespace perfwrap {
namespace {

// The labels of perfwrap's own series, and those that mean a histogram's or summary's parts.
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
    std::map<std::string, std::string> unique;
    for (const auto& [name, value] : labels)
        if (prometheus_label_name(name) == name) unique.emplace(name, valid_utf8(value));
    for (const auto& [name, value] : labels) {
        const auto sanitised = prometheus_label_name(name);
        if (sanitised == name) continue;
        auto candidate = sanitised;
        for (int n = 2; unique.contains(candidate); ++n) candidate = fmt::format("{}_{}", sanitised, n);
        unique.emplace(std::move(candidate), valid_utf8(value));
    }
    return unique;
}

}  // namespace perfwrap
