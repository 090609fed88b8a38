#include "exporters/text/accuracy_text.hpp"

#include <fmt/format.h>

#include <cmath>

namespace perfwrap {
namespace {

std::string bytes_text(std::uint64_t bytes) {
    constexpr std::uint64_t kib = 1024;
    constexpr std::uint64_t mib = 1024 * kib;
    if (bytes % mib == 0) return fmt::format("{} MiB", bytes / mib);
    if (bytes % kib == 0) return fmt::format("{} KiB", bytes / kib);
    return fmt::format("{} bytes", bytes);
}

std::string_view scope_text(BoundScope scope) {
    switch (scope) {
        case BoundScope::tree: return "";
        case BoundScope::process: return " per process";
        case BoundScope::thread: return " per thread";
    }
    return "";
}

std::string bound_text(const Bound& bound) {
    const auto amount = bound.unit == BoundUnit::bytes ? bytes_text(bound.amount) : fmt::format("{} page faults", bound.amount);
    return fmt::format("{}{}", amount, scope_text(bound.per));
}

std::string_view cause_text(BoundCause cause) {
    switch (cause) {
        case BoundCause::clock_ticks: return "clock ticks";
        case BoundCause::unwaited_processes: return "processes that are never waited for";
        case BoundCause::lost_events: return "lost events: at least";
        case BoundCause::inconsistent_events: return "lost events";
    }
    return "";
}

std::string interval_text(double seconds) {
    if (seconds < 1e-3) return fmt::format("{:.0f} us", seconds * 1e6);
    if (seconds < 0.01) return fmt::format("{:.1f} ms", seconds * 1e3);
    if (seconds < 1) return fmt::format("{:.0f} ms", seconds * 1e3);
    return fmt::format("{:.1f} s", seconds);
}

}  // namespace

std::string_view accuracy_name(AccuracyKind kind) {
    switch (kind) {
        case AccuracyKind::exact: return "exact";
        case AccuracyKind::bounded: return "bounded";
        case AccuracyKind::sampled: return "sampled";
    }
    return "";
}

std::string accuracy_text(const Accuracy& accuracy) {
    const auto name = accuracy_name(accuracy.kind);
    if (accuracy.bound) return fmt::format("{} to {}", name, bound_text(*accuracy.bound));
    if (accuracy.cause) return fmt::format("{} by {}", name, cause_text(*accuracy.cause));
    if (accuracy.interval_seconds && std::isfinite(*accuracy.interval_seconds))
        return fmt::format("{} every {}", name, interval_text(*accuracy.interval_seconds));
    return std::string(name);
}

std::string accuracy_remark(const Accuracy& accuracy) {
    if (accuracy.bound) return "within " + bound_text(*accuracy.bound);
    if (accuracy.cause == BoundCause::lost_events) return "events were lost";
    return accuracy_text(accuracy);
}

}  // namespace perfwrap
