#include "probes/procfs/usage.hpp"

#include <algorithm>

namespace perfwrap {
namespace {

std::uint64_t nanoseconds(const timeval& time) {
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_usec) * 1000;
}

std::uint64_t difference(std::uint64_t a, std::uint64_t b) { return a - std::min(a, b); }

}  // namespace

Usage& Usage::operator+=(const Usage& other) {
    user_ns += other.user_ns;
    system_ns += other.system_ns;
    minor_faults += other.minor_faults;
    major_faults += other.major_faults;
    voluntary_context_switches += other.voluntary_context_switches;
    involuntary_context_switches += other.involuntary_context_switches;
    return *this;
}

Usage usage_of(const rusage& usage) {
    const auto count = [](long value) { return static_cast<std::uint64_t>(value); };
    return {
        .user_ns = nanoseconds(usage.ru_utime),
        .system_ns = nanoseconds(usage.ru_stime),
        .minor_faults = count(usage.ru_minflt),
        .major_faults = count(usage.ru_majflt),
        .voluntary_context_switches = count(usage.ru_nvcsw),
        .involuntary_context_switches = count(usage.ru_nivcsw),
    };
}

Usage operator+(Usage a, const Usage& b) { return a += b; }

Usage operator-(Usage a, const Usage& b) {
    return {
        .user_ns = difference(a.user_ns, b.user_ns),
        .system_ns = difference(a.system_ns, b.system_ns),
        .minor_faults = difference(a.minor_faults, b.minor_faults),
        .major_faults = difference(a.major_faults, b.major_faults),
        .voluntary_context_switches = difference(a.voluntary_context_switches, b.voluntary_context_switches),
        .involuntary_context_switches = difference(a.involuntary_context_switches, b.involuntary_context_switches),
    };
}

Usage with_cpu_time(Usage usage, std::uint64_t user_ticks_ns, std::uint64_t system_ticks_ns, std::uint64_t tick_ns,
                    std::uint64_t total_ns) {
    const std::uint64_t ticks_ns = user_ticks_ns + system_ticks_ns;
    usage.user_ns = user_ticks_ns;
    usage.system_ns = system_ticks_ns;
    // Both parts are rounded down, and the process may have run between the two readings.
    if (total_ns < ticks_ns || total_ns > ticks_ns + 3 * tick_ns) return usage;
    const double user_share = ticks_ns > 0 ? static_cast<double>(user_ticks_ns) / static_cast<double>(ticks_ns) : 1.0;
    const auto more_user_ns = static_cast<std::uint64_t>(static_cast<double>(total_ns - ticks_ns) * user_share);
    usage.user_ns += more_user_ns;
    usage.system_ns += total_ns - ticks_ns - more_user_ns;
    return usage;
}

}  // namespace perfwrap
