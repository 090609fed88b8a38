// Context switches compared with getrusage(2).
#include <catch2/catch.hpp>

#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {

TEST_CASE("the last switch of a thread is counted just where getrusage(2) counts it", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const auto measured = measure_workload({"--source", "ebpf"}, {"thread-switches", "300"});
    REQUIRE(measured.ended.code() == 0);
    REQUIRE(measured.metric("threads_started") == measured.truth.at("threads_started").get<double>());
    const double counted = measured.metric("voluntary_context_switches");
    const double at_least = measured.truth.at("voluntary_context_switches_at_least").get<double>();
    // After it has asked, the workload writes its answer and ends.
    constexpr double after_that = 100;
    CHECK(counted >= at_least);
    CHECK(counted <= at_least + after_that);
}

}  // namespace perfwrap::test
