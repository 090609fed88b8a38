// How long a sampler may sleep: pure arithmetic.
#pragma once

#include <cstdint>

namespace perfwrap {

struct PacingLimits {
    std::uint64_t finest_ns = 1'000'000;
    // True: four samples in the first finest_ns, whatever they cost, since many programs last no longer; then a sample every
    // hundredth of the age, so that a long program costs little, but at least every 100 ms. False: finest_ns throughout.
    bool backs_off_with_age = true;
    double cpu_budget = 0.04;  // of one core; above 0
};

inline constexpr std::uint64_t coarsest_by_age_ns = 100'000'000;
inline constexpr std::uint64_t coarsest_ns = 60'000'000'000;

// Nanoseconds until the next sample, at most a minute unless finest_ns is more. cost_ns is the CPU time that a sample takes;
// after the first finest_ns the budget wins over the age and over a finer wish, until samples cost more than cpu_budget * 60 s.
std::uint64_t next_interval_ns(const PacingLimits& limits, std::uint64_t age_ns, std::uint64_t cost_ns);

// What the next sample will cost, from what the last ones did: follows a rise at once and a fall by a quarter a sample.
std::uint64_t expected_cost_ns(std::uint64_t expected_before_ns, std::uint64_t last_ns);

}  // namespace perfwrap
