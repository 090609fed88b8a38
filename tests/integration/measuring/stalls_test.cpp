// What holds for every timeline must hold after perfwrap was kept from reading it as well.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "exporters/json/result_reader.hpp"
#include "tests/integration/support/child.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/gate.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/properties/properties.hpp"

namespace perfwrap::test {
namespace {

struct Stopped {
    TemporaryFolder folder{};
    Gate gate{};
    Child perfwrap;

    // Stopped from before the gate opens until the command has printed "over".
    Stopped(const std::string& interval, const std::string& meanwhile)
        : perfwrap({.argv = perfwrap_words(
                        {"--source", "ebpf", "--interval", interval, "-o", folder / "result.json"},
                        {"sh", "-c", fmt::format("echo ready; {}; {}; echo over; sleep 0.1", Gate::wait, meanwhile)}),
                    .before_exec = [this] { gate.hand_over(); }}) {}

    Result result() {
        REQUIRE(perfwrap.read_line() == "ready");
        ::kill(perfwrap.pid(), SIGSTOP);
        await("perfwrap's stop", [&] { return state_of(perfwrap.pid()) == 'T'; });
        gate.open();
        CHECK(perfwrap.read_line() == "over");
        ::kill(perfwrap.pid(), SIGCONT);
        REQUIRE(perfwrap.wait().code() == 0);
        auto read = read_result(read_file(folder / "result.json"));
        REQUIRE(read);
        return *read;
    }
};

void check_timeline(const Result& result) {
    const auto& run = result.runs.at(0);
    CHECK(averages_above_peaks(result, run) == Violations{});
    CHECK(integral_that_is_not_the_average(result, run) == Violations{});
    CHECK(maximum_that_is_not_the_peak(result, run) == Violations{});
    CHECK(points_out_of_the_window(result, run) == Violations{});
    CHECK(buckets_with_too_many_cores(result, run) == Violations{});
}

}  // namespace

TEST_CASE("a timeline whose ring was overwritten while perfwrap was stopped is right again, and the gap is counted",
          "[privileged]") {
    if (skipped(no_ebpf())) return;
    // The ring holds 0.41 s.
    Stopped stopped("100us", "end=$(($(date +%s%N) + 1200000000)); while [ $(date +%s%N) -lt $end ]; do :; done");
    const auto result = stopped.result();
    CHECK(result.measurement.lost == std::map<std::string, std::uint64_t>{{"timeline_gaps", 1}});
    for (const auto& [metric, source] : result.measurement.sources) CHECK(source.accuracy.cause != BoundCause::lost_events);
    check_timeline(result);
}

TEST_CASE("a timeline that was read late but not overwritten loses nothing", "[privileged]") {
    if (skipped(no_ebpf())) return;
    Stopped stopped("10ms", "for i in 1 2 3 4 5 6 7 8 9 10; do date >&2; done");
    const auto result = stopped.result();
    CHECK(result.measurement.lost.empty());
    check_timeline(result);
}

}  // namespace perfwrap::test
