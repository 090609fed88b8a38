// Times where perfwrap's clock is not the one that the kernel side reads, or where a library fakes it.
#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>

#include "tests/integration/support/counts.hpp"
#include "tests/integration/support/namespaces.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

// The command as it is measured behind `wrapper`. Its times are compared with the test's own clock.
void check_times(const Words& wrapper, const std::string& source) {
    using std::chrono::steady_clock;
    const auto begin = steady_clock::now();
    const auto measured = measure_behind(wrapper, {"--source", source}, workload_words({"memory-spike", "16", "1", "300"}));
    const double at_most = std::chrono::duration<double>(steady_clock::now() - begin).count();
    REQUIRE(measured.ended.code() == 0);
    CHECK(measured.result.at("measurement").at("lost_events") == 0);
    const double wall = measured.metric("wall_seconds");
    CHECK(wall >= 0.3);
    CHECK(wall <= at_most);
    // It holds 16 MiB most of the time.
    CHECK(measured.metric("rss_average_bytes") > 0);
    CHECK(measured.metric("rss_average_bytes") <= measured.metric("rss_peak_bytes"));
    CHECK(measured.metric("cpu_cores_average") == Approx(measured.metric("cpu_seconds") / wall));
    const auto& run = measured.run();
    const auto& steps = run.at("timeline").at("t_seconds");
    REQUIRE(steps.size() >= 2);
    CHECK(steps.front() == 0);
    CHECK(steps.back() < wall);
    CHECK(run.at("peak").at("at_seconds") > 0);
    CHECK(run.at("peak").at("at_seconds") <= wall);
    for (const auto& process : run.at("processes").at("recorded")) {
        CHECK(process.at("start_seconds") < wall);
        CHECK(process.at("end_seconds") > 0.3);
        CHECK(process.at("end_seconds") <= at_most);
    }
}

}  // namespace

TEST_CASE("in a time namespace all times are those of its clock", "[privileged]") {
    if (skipped(no_namespaces({"-T"}))) return;
    for (const auto* offset : {"500", "-300"})
        for (const auto& source : usable_sources()) {
            CAPTURE(offset, source);
            check_times({"unshare", "-T", "--monotonic", offset, "--boottime", offset, "--fork"}, source);
        }
}

TEST_CASE("a preloaded library that fakes the time of the command does not fake the measurement", "[privileged]") {
    if (skipped(std::filesystem::exists("/usr/bin/faketime") ? std::nullopt : std::optional("faketime is not installed"))) return;
    // One clock that is far away and goes on, and one that stands still.
    for (const auto* time : {"@2020-01-01 00:00:00", "2020-01-01 00:00:00"})
        for (const auto& source : usable_sources()) {
            CAPTURE(time, source);
            check_times({"faketime", "-f", time}, source);
        }
}

}  // namespace perfwrap::test
