#include "probes/procfs/cpu_watch.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/support/sleeper.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {
constexpr std::uint64_t begin_ns = 1'000'000'000;
constexpr std::uint64_t rested_ns = begin_ns + CpuWatch::settling_ns;
}  // namespace

TEST_CASE("a process is at rest once its CPU clock has not moved for long") {
    const Sleeper sleeper;
    CpuWatch watch(sleeper.pid());
    CHECK(watch.cpu_ns() > 0);
    CHECK_FALSE(watch.at_rest(begin_ns));
    CHECK_FALSE(watch.at_rest(rested_ns - 1));
    CHECK(watch.at_rest(rested_ns));
}

TEST_CASE("a process that has run since it was last read is not at rest") {
    const Sleeper sleeper;
    CpuWatch watch(sleeper.pid());
    REQUIRE_FALSE(watch.at_rest(begin_ns));
    sleeper.wake();
    CHECK_FALSE(watch.at_rest(rested_ns));
    CHECK(watch.at_rest(rested_ns + CpuWatch::settling_ns));
}

TEST_CASE("a process that has gone is never at rest") {
    std::optional<Sleeper> sleeper{std::in_place};
    CpuWatch watch(sleeper->pid());
    REQUIRE_FALSE(watch.at_rest(begin_ns));
    sleeper.reset();
    CHECK_FALSE(watch.at_rest(rested_ns));
    CHECK(watch.cpu_ns() == 0);
    CHECK_FALSE(CpuWatch{}.at_rest(rested_ns));
}
