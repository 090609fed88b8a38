#include <catch2/catch.hpp>

#include "probes/sampling/pacing.hpp"
#include "tests/support/units.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {
constexpr std::uint64_t us = 1'000;
}  // namespace

TEST_CASE("cheap samples of a young program are taken at the finest interval") {
    CHECK(next_interval_ns({}, 1 * ms, 20 * us) == 1 * ms);
    CHECK(next_interval_ns({}, 50 * ms, 20 * us) == 1 * ms);
}

TEST_CASE("a program of less than a millisecond is sampled too, four times at most") {
    std::uint64_t age = 0;
    int samples = 0;
    for (; age < 1 * ms; ++samples) age += next_interval_ns({}, age, 5 * ms);
    CHECK(samples == 4);
}

TEST_CASE("samples thin out as the program gets old, down to ten a second") {
    CHECK(next_interval_ns({}, 1 * s, 20 * us) == 10 * ms);
    CHECK(next_interval_ns({}, 5 * s, 20 * us) == 50 * ms);
    CHECK(next_interval_ns({}, 10 * s, 20 * us) == 100 * ms);
    CHECK(next_interval_ns({}, 86'400 * s, 20 * us) == 100 * ms);
}

TEST_CASE("samples never take more than the budget") {
    for (const std::uint64_t cost : {10 * us, 100 * us, 1 * ms, 10 * ms, 150 * ms})
        for (const double budget : {0.01, 0.04, 0.5}) {
            const auto interval = next_interval_ns({.cpu_budget = budget}, 1 * ms, cost);
            if (interval < coarsest_ns) CHECK(static_cast<double>(cost) <= budget * static_cast<double>(interval) + 1);
        }
}

TEST_CASE("however expensive, a sample comes at least every minute") {
    CHECK(next_interval_ns({}, 1 * ms, 3600 * s) == coarsest_ns);
}

TEST_CASE("an interval set by the user does not grow with age, and yields only to the budget") {
    const PacingLimits fixed{.finest_ns = 10 * ms, .backs_off_with_age = false};
    CHECK(next_interval_ns(fixed, 0, 20 * us) == 10 * ms);
    CHECK(next_interval_ns(fixed, 3600 * s, 20 * us) == 10 * ms);
    CHECK(next_interval_ns(fixed, 0, 4 * ms) == 100 * ms);
    CHECK(next_interval_ns({.finest_ns = 60 * s, .backs_off_with_age = false}, 0, 0) == 60 * s);
}

TEST_CASE("the expected cost rises at once and falls slowly") {
    CHECK(expected_cost_ns(10 * us, 500 * us) == 500 * us);
    CHECK(expected_cost_ns(400 * us, 0) == 300 * us);
    CHECK(expected_cost_ns(0, 0) == 0);
}

TEST_CASE("a tree that runs is sampled finely, as far as its age and the budget allow") {
    CHECK(next_look_ns({}, {.age_ns = 1 * s, .cost_ns = 50 * us}) == 10 * ms);
    CHECK(next_look_ns({}, {.age_ns = 60 * s, .cost_ns = 50 * us}) == 60 * ms);
    CHECK(next_look_ns({}, {.age_ns = 1 * s, .cost_ns = 7 * ms}) == 1400 * ms);
    CHECK(next_look_ns({.finest_ns = 100 * us}, {.cost_ns = 7 * ms}) == 1400 * ms);
}

TEST_CASE("a tree at rest is sampled less and less, up to a fiftieth of its age apart, and finely again once it runs") {
    std::uint64_t age = 2 * s;
    std::uint64_t interval = 10 * ms;
    for (int i = 0; i < 140; ++i) {
        interval = next_look_ns({}, {.age_ns = age, .interval_ns = interval, .cost_ns = 50 * us, .at_rest = true});
        CHECK(interval <= age / 50);
        age += interval;
    }
    CHECK(interval >= age / 60);
    CHECK(next_look_ns({}, {.age_ns = age, .interval_ns = interval, .cost_ns = 50 * us}) == age / 1000);
    CHECK(next_look_ns({}, {.age_ns = 500 * s, .interval_ns = 1 * s, .at_rest = true}) == 1 * s);
    CHECK(next_look_ns({}, {.age_ns = 500 * s, .interval_ns = 1 * s, .cost_ns = 20 * ms, .at_rest = true}) == 4 * s);
}
