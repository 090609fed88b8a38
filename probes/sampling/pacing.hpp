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

// A look at the CPU time of a tree whose memory the kernel follows by itself.
struct LookLimits {
    std::uint64_t finest_ns = 10'000'000;
    double cpu_budget = 0.005;  // of one core; above 0
};

struct Look {
    std::uint64_t age_ns = 0;       // of the tree
    std::uint64_t interval_ns = 0;  // since the look before
    std::uint64_t cost_ns = 0;      // CPU time that it took
    bool at_rest = false;           // the tree has used none since the look before
};

// Nanoseconds until the next look: finest_ns, but no finer than a thousandth of the age, to which the timeline of a long run is
// merged in any case, nor than the budget. While the tree rests the interval doubles, up to a fiftieth of the age and to a
// second: so coarsely is the CPU time shown in which a tree wakes up.
std::uint64_t next_look_ns(const LookLimits& limits, const Look& last);

}  // namespace perfwrap
