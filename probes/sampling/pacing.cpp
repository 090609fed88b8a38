#include "probes/sampling/pacing.hpp"

#include <algorithm>

namespace perfwrap {

std::uint64_t next_interval_ns(const PacingLimits& limits, std::uint64_t age_ns, std::uint64_t cost_ns) {
    if (limits.backs_off_with_age && age_ns < limits.finest_ns) return std::max<std::uint64_t>(1, limits.finest_ns / 4);
    const std::uint64_t by_age = limits.backs_off_with_age ? std::min(age_ns / 100, coarsest_by_age_ns) : 0;
    const double by_cost = std::min(static_cast<double>(cost_ns) / limits.cpu_budget, static_cast<double>(coarsest_ns));
    return std::max({limits.finest_ns, by_age, static_cast<std::uint64_t>(by_cost)});
}

std::uint64_t expected_cost_ns(std::uint64_t expected_before_ns, std::uint64_t last_ns) {
    return std::max(last_ns, (3 * expected_before_ns + last_ns) / 4);
}

std::uint64_t next_look_ns(const LookLimits& limits, const Look& last) {
    const double by_cost = std::min(static_cast<double>(last.cost_ns) / limits.cpu_budget, static_cast<double>(coarsest_ns));
    const auto paced = std::max({limits.finest_ns, last.age_ns / 1000, static_cast<std::uint64_t>(by_cost)});
    if (!last.at_rest) return paced;
    constexpr std::uint64_t coarsest_at_rest_ns = 1'000'000'000;
    return std::max(paced, std::min({2 * last.interval_ns, last.age_ns / 50, coarsest_at_rest_ns}));
}

}  // namespace perfwrap
