#include "profiler/run/series.hpp"

#include <catch2/catch.hpp>
#include <utility>

#include "tests/support/host_examples.hpp"

using namespace perfwrap;

namespace {

RunOptions options_for(std::size_t runs) {
    RunOptions options;
    options.command = {"bench", "secret"};
    options.benchmark_name = "bench";
    options.runs = runs;
    return options;
}

Recording run_of(double seconds, int wait_status = 0) {
    Recording run;
    run.exec_ns = 1'000'000'000;
    run.end_ns = run.exec_ns + static_cast<std::uint64_t>(seconds * 1e9);
    run.wait_status = wait_status;
    run.seen.totals.minor_faults = 7;
    ProcessFacts process;
    process.command = {"bench"};
    run.seen.processes.add(std::move(process));
    return run;
}

struct Example {
    explicit Example(std::size_t runs) : options(options_for(runs)), series(options, facts, plan, "1.2.3") {}
    RunOptions options;
    HostFacts facts = ordinary_host();
    Plan plan = *make_plan(facts, {});
    Series series;
};

}  // namespace

TEST_CASE("a result of a series has every run with its rows, and the median over them") {
    Example example(3);
    for (const double seconds : {1.0, 4.0, 2.0}) example.series.add(run_of(seconds));
    const auto result = example.series.result();
    CHECK(result.complete);
    CHECK_FALSE(result.id.empty());
    REQUIRE(result.runs.size() == 3);
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(result.runs[i].index == static_cast<int>(i));
        CHECK(result.runs[i].processes.recorded.size() == 1);
    }
    CHECK(result.summary.at(Metric::wall_seconds).n == 3);
    CHECK(result.summary.at(Metric::wall_seconds).median == 2.0);
    CHECK(result.summary.at(Metric::minor_faults).max == 7);
}

TEST_CASE("the result so far has the runs that are over and the one that is not, and the series goes on") {
    Example example(3);
    example.series.add(run_of(1));
    auto running = run_of(0.5);
    running.wait_status.reset();
    const auto so_far = example.series.result_with(running);
    CHECK_FALSE(so_far.complete);
    REQUIRE(so_far.runs.size() == 2);
    CHECK(so_far.runs[0].exit.code == 0);
    CHECK_FALSE(so_far.runs[1].exit.code);
    example.series.add(run_of(2));
    const auto later = example.series.result();
    CHECK(later.runs.size() == 2);
    CHECK(later.id == so_far.id);
}

TEST_CASE("a series that ends early says with which run, and whether a signal asked for it") {
    Example whole(1);
    whole.series.add(run_of(1));
    const auto of_whole = whole.series.result().warnings.size();

    Example failed(5);
    failed.series.add(run_of(1));
    failed.series.add(run_of(1, 256));
    const auto warnings = failed.series.result().warnings;
    REQUIRE(warnings.size() == of_whole + 1);
    CHECK_THAT(warnings.back(), Catch::StartsWith("the series ended with run 2 of 5: it failed"));

    Example told(5);
    auto run = run_of(1);
    run.told_to_end = 15;
    told.series.add(run);
    CHECK_THAT(told.series.result().warnings.back(), Catch::Contains("run 1 of 5: a signal asked"));
}

TEST_CASE("the more runs, the less each of them keeps, and one keeps what was asked for") {
    CHECK(limits_of_each_run(options_for(1)).processes == 1000);
    CHECK(limits_of_each_run(options_for(1)).timeline_buckets == RecordingLimits{}.timeline_buckets);
    CHECK(limits_of_each_run(options_for(100)).processes == 200);
    CHECK(limits_of_each_run(options_for(100)).timeline_buckets == 400);
    CHECK(limits_of_each_run(options_for(10'000)).processes == 2);
    CHECK(limits_of_each_run(options_for(1)).programs == RecordingLimits{}.programs);
    CHECK(limits_of_each_run(options_for(1'000)).programs == 20);
    auto without_rows = options_for(3);
    without_rows.max_processes = 0;
    CHECK(limits_of_each_run(without_rows).processes == 0);
}
