#include "exporters/text/human_units.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <string_view>

namespace perfwrap {
namespace {

// At least three significant digits, and no fraction from 100 on.
std::string three_digits(double value) {
    const int decimals = value < 9.995 ? 2 : value < 99.95 ? 1 : 0;
    return fmt::format("{:.{}f}", value, decimals);
}

}  // namespace

std::string format_bytes(double bytes) {
    constexpr std::array<std::string_view, 6> units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
    if (bytes < 1023.5) return fmt::format("{:.0f} B", bytes);
    double scaled = bytes / 1024;
    std::size_t unit = 0;
    for (; scaled >= 1023.5 && unit + 1 < units.size(); ++unit) scaled /= 1024;
    return fmt::format("{} {}", three_digits(scaled), units[unit]);
}

std::string format_seconds(double seconds) {
    if (seconds <= 0) return "0 s";
    if (seconds < 0.9995e-3) return fmt::format("{:.3f} ms", seconds * 1e3);
    if (seconds < 0.9995) return fmt::format("{} ms", three_digits(seconds * 1e3));
    if (seconds < 9.9995) return fmt::format("{:.3f} s", seconds);
    if (seconds < 59.995) return fmt::format("{:.2f} s", seconds);
    const auto total_seconds = std::llround(seconds);
    if (total_seconds < 3600) return fmt::format("{} min {:02} s", total_seconds / 60, total_seconds % 60);
    const auto total_minutes = std::llround(seconds / 60);
    return fmt::format("{} h {:02} min", total_minutes / 60, total_minutes % 60);
}

std::string format_count(double count) {
    std::string digits = fmt::format("{:.0f}", count);
    const std::size_t first = digits.starts_with('-') ? 1 : 0;
    for (std::size_t at = digits.size(); at > first + 3; at -= 3) digits.insert(at - 3, 1, ',');
    return digits;
}

std::string format_cores(double cores) { return fmt::format("{:.2f} cores", cores); }

std::string format_quantity(double value, Unit unit) {
    switch (unit) {
        case Unit::seconds: return format_seconds(value);
        case Unit::bytes: return format_bytes(value);
        case Unit::cores: return format_cores(value);
        case Unit::count: return format_count(value);
    }
    return {};
}

}  // namespace perfwrap
