// How long a sampler may sleep: pure arithmetic.
#pragma once

#include <cstdint>

namespace perfwrap {

struct PacingLimits {
    std::uint64_t finest_ns = 1'000'000;
    // True: four samples in the first finest_ns, whatever they cost, since many programs last no longer; then the interval is a
    // hundredth of the age, so that long programs are cheap to sample, but at most 100 ms. False: always finest_ns.
    bool backs_off_with_age = true;
    double cpu_budget = 0.04;  // of one core; above 0
};

inline constexpr std::uint64_t coarsest_by_age_ns = 100'000'000;
inline constexpr std::uint64_t coarsest_ns = 60'000'000'000;

// Nanoseconds until the next sample, at most a minute unless finest_ns is more. cost_ns is the CPU time that a sample takes.
// After the first finest_ns the budget takes precedence over the age and over finest_ns, until samples cost more than
// cpu_budget * 60 s.
std::uint64_t next_interval_ns(const PacingLimits& limits, std::uint64_t age_ns, std::uint64_t cost_ns);

// Estimates the cost of the next sample from that of the last ones: follows a rise at once and a fall by a quarter per sample.
std::uint64_t expected_cost_ns(std::uint64_t expected_before_ns, std::uint64_t last_ns);

// Limits for samples of the CPU time of a tree whose memory the kernel follows by itself.
struct LookLimits {
    std::uint64_t finest_ns = 10'000'000;
    double cpu_budget = 0.005;  // of one core; above 0
};

struct Look {
    std::uint64_t age_ns = 0;       // of the tree
    std::uint64_t interval_ns = 0;  // since the previous sample
    std::uint64_t cost_ns = 0;      // CPU time that the sample took
    bool at_rest = false;           // the tree has used no CPU time since the previous sample
};

// Nanoseconds until the next sample of CPU time: finest_ns, but at least a thousandth of the age (the timeline of a long run is
// merged to that in any case) and at least what the budget allows. While the tree rests the interval doubles, up to a fiftieth of
// the age and a second at most. The CPU time after a tree wakes up is therefore shown with that resolution.
std::uint64_t next_look_ns(const LookLimits& limits, const Look& last);

}  // namespace perfwrap
