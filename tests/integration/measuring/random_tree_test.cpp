// A random tree of processes that allocate, free, fork, exec, vfork, start threads and exit, and now and then are quiet: then the
// timeline must show what was in the page tables.

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "tests/integration/support/long_form.hpp"
#include "tests/integration/support/memory_bounds.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/integration/support/times.hpp"

namespace perfwrap::test {
namespace {

// The timeline begins with the command's exec, whose time of day is reported in milliseconds.
constexpr double beginning_error_seconds = 0.002;

struct QuietPoint {
    double from_seconds;
    double until_seconds;
    double rss_bytes;
    double processes;
};

QuietPoint quiet_point(const nlohmann::json& json, double beginning_seconds) {
    return {json.at("from_unix_seconds").get<double>() - beginning_seconds + beginning_error_seconds,
            json.at("until_unix_seconds").get<double>() - beginning_seconds - beginning_error_seconds,
            json.at("rss_bytes").get<double>(), json.at("processes").get<double>()};
}

void follow_random_tree(const std::string& seed, const Words& options, double bound_bytes_a_process) {
    const auto measured = measure_workload(options, {"random-tree", seed, long_form() ? "2000" : "500"});
    CAPTURE(seed);
    INFO(measured.ended.err);
    REQUIRE(measured.ended.code() == 0);
    const auto& timeline = measured.run().at("timeline");
    const auto times = timeline.at("t_seconds").get<std::vector<double>>();
    const auto maxima = timeline.at("rss_max_bytes").get<std::vector<double>>();
    const auto means = timeline.at("rss_mean_bytes").get<std::vector<double>>();

    const double beginning_seconds = unix_seconds(measured.run().at("started_at").get<std::string>());

    // On a slow machine the buckets of a long run are merged; a window of the length of two buckets contains a whole one.
    double longest_bucket_seconds = 0;
    for (std::size_t i = 0; i + 1 < times.size(); ++i)
        longest_bucket_seconds = std::max(longest_bucket_seconds, times[i + 1] - times[i]);

    std::size_t points_seen = 0;
    std::size_t points_that_must_be_seen = 0;
    for (const auto& json : measured.truth.at("quiet_points")) {
        const auto point = quiet_point(json, beginning_seconds);
        const double bound_bytes = point.processes * bound_bytes_a_process;
        bool seen = false;
        for (std::size_t i = 0; i + 1 < times.size(); ++i) {
            if (times[i] < point.from_seconds || times[i + 1] > point.until_seconds) continue;
            CAPTURE(times[i], point.rss_bytes);
            CHECK_THAT(maxima[i], Catch::WithinAbs(point.rss_bytes, bound_bytes));
            CHECK_THAT(means[i], Catch::WithinAbs(point.rss_bytes, bound_bytes + 1));
            seen = true;
        }
        points_seen += seen ? 1 : 0;
        points_that_must_be_seen += point.until_seconds - point.from_seconds >= 2 * longest_bucket_seconds ? 1 : 0;
    }
    CHECK(points_seen >= points_that_must_be_seen);
    CHECK(points_seen >= 5);
    CHECK(measured.metric("processes_started") == measured.truth.at("processes_started").get<double>());
    CHECK(measured.result.at("measurement").at("lost_events") == 0);
}

}  // namespace

TEST_CASE("a random tree's tracked total is the truth at every quiet point", "[privileged][alone][long]") {
    if (skipped(no_ebpf())) return;
    const Words seeds = long_form() ? Words{"1", "2", "3", "4"} : Words{"1"};
    for (const auto& seed : seeds) follow_random_tree(seed, {"--source", "ebpf", "--exact-memory"}, 0);
}

TEST_CASE("on the cheap path a random tree's tracked total is the truth within the stated bound", "[privileged][alone][long]") {
    if (skipped(no_ebpf())) return;
    const Words seeds = long_form() ? Words{"5", "6"} : Words{"5"};
    for (const auto& seed : seeds) follow_random_tree(seed, {"--source", "ebpf"}, counter_bound_bytes());
}

}  // namespace perfwrap::test
