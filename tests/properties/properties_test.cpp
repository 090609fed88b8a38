#include "tests/properties/properties.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <functional>
#include <limits>

#include "tests/support/units.hpp"

namespace perfwrap::test {
namespace {

using enum Metric;

// Two processes on two CPUs for two seconds.
RunResult sound_run() {
    RunResult run;
    run.metrics[wall_seconds] = 2;
    run.metrics[cpu_seconds] = 3;
    run.metrics[cpu_user_seconds] = 2.5;
    run.metrics[cpu_system_seconds] = 0.5;
    run.metrics[cpu_cores_average] = 1.5;
    run.metrics[rss_peak_bytes] = 400 * mib;
    run.metrics[rss_average_bytes] = 100 * mib;
    run.metrics[rss_anon_peak_bytes] = 300 * mib;
    run.metrics[largest_process_rss_peak_bytes] = 350 * mib;
    run.metrics[pss_peak_bytes] = 200 * mib;
    run.metrics[pss_average_bytes] = 90 * mib;
    run.metrics[processes_started] = 3;
    run.metrics[processes_peak] = 2;
    run.metrics[threads_started] = 6;
    run.metrics[threads_peak] = 4;
    run.peak = PeakResult{0.6, {{42, "bench.py", 350 * mib}, {43, "worker", 50 * mib}}};
    run.timeline = {{0, 0.5, 1}, {100 * mib, 400 * mib, 80 * mib}, {80 * mib, 240 * mib, 40 * mib}, {1, 2, 1.5}, {1, 2, 2}};
    run.processes.recorded = {
        {42, 1, {"bench.py"}, 0, 2.0, Exit{0, std::nullopt}, 4, 1.75, 1.5, 0.25, 350 * mib},
        {43, 42, {"worker"}, 0.25, std::nullopt, std::nullopt, 1, 1.0, 0.75, 0.25, 50 * mib},
    };
    run.processes.omitted = {1, 0.25};
    run.programs = {{"bench.py", 1, 1.75, 350 * mib}, {"worker", 2, 1.25, 50 * mib}};
    return run;
}

Result sound() {
    Result result;
    result.host.cpus = 2;
    result.host.memory_bytes = 8192 * mib;
    result.measurement.mode = "ebpf";
    result.runs = {sound_run()};
    for (const auto& info : metric_catalogue()) {
        if (result.runs.front().metrics[info.metric])
            result.measurement.sources[info.metric] = {"ebpf", {}, ""};
        else
            result.measurement.unavailable[info.metric] = {"not asked for", ""};
    }
    return result;
}

using Change = std::function<void(RunResult&)>;

Violations after(decltype(Property::violations) property, const Change& change) {
    auto result = sound();
    change(result.runs.front());
    return property(result, result.runs.front());
}

void sees(decltype(Property::violations) property, const std::vector<Change>& changes) {
    for (std::size_t i = 0; i < changes.size(); ++i) {
        CAPTURE(i);
        CHECK(after(property, changes[i]).size() == 1);
    }
}

}  // namespace

TEST_CASE("a sound result violates no property") {
    CHECK_THAT(violations_of(sound()), Catch::Equals(Violations{}));
    CHECK_THAT(violations_of(Result{}), Catch::Equals(Violations{}));
}

TEST_CASE("a violation is told with its run, its property and its values") {
    auto result = sound();
    result.runs.push_back(sound_run());
    result.runs[1].index = 1;
    result.runs[1].metrics[pss_peak_bytes] = 500 * mib;
    CHECK(violations_of(result) == Violations{"run 1: PSS within RSS: pss_peak_bytes 524288000 above rss_peak_bytes 419430400"});
}

TEST_CASE("an average above its peak, a PSS above the RSS and a part above the whole are seen") {
    sees(averages_above_peaks, {[](auto& run) { run.metrics[rss_average_bytes] = 401 * mib; },
                                [](auto& run) { run.metrics[pss_average_bytes] = 201 * mib; },
                                [](auto& run) {
                                    run.metrics[anon_peak_bytes] = 1;
                                    run.metrics[anon_average_bytes] = 2;
                                }});
    sees(pss_above_rss, {[](auto& run) { run.metrics[pss_peak_bytes] = 401 * mib; },
                         [](auto& run) { run.metrics[pss_average_bytes] = 101 * mib; }});
    sees(parts_above_the_whole, {[](auto& run) { run.metrics[rss_anon_peak_bytes] = 401 * mib; },
                                 [](auto& run) { run.metrics[largest_process_rss_peak_bytes] = 401 * mib; },
                                 [](auto& run) { run.processes.recorded[1].rss_peak_bytes = 351 * mib; },
                                 [](auto& run) { run.metrics[cpu_system_seconds] = 3.5; }});
    sees(holders_that_are_not_the_peak, {[](auto& run) { run.peak->processes[1].rss_bytes = 51 * mib; }});
}

TEST_CASE("a timeline that is not the average and the peak, or is not of the window, is seen") {
    sees(integral_that_is_not_the_average,
         {[](auto& run) { run.timeline.rss_mean_bytes[1] -= mib; }, [](auto& run) { run.timeline.t_seconds[0] = 0.001; },
          [](auto& run) { run.metrics[rss_average_bytes] = 101 * mib; }});
    sees(maximum_that_is_not_the_peak,
         {[](auto& run) { run.timeline.rss_max_bytes[1] -= 4096; }, [](auto& run) { run.timeline.rss_max_bytes[2] = 401 * mib; },
          [](auto& run) { run.timeline = {}; }});
    sees(points_out_of_the_window,
         {[](auto& run) { run.timeline.t_seconds[2] = 2; }, [](auto& run) { run.timeline.t_seconds[0] = 0.0001; },
          [](auto& run) { run.timeline.t_seconds[1] = 1; }, [](auto& run) { run.timeline.rss_mean_bytes[2] = 81 * mib; }});
    sees(buckets_with_too_many_cores, {[](auto& run) { run.timeline.cpu_cores[1] = 2.001; }});
}

TEST_CASE("a table that is not the tree, a life outside the window and a count below its peak are seen") {
    sees(rows_that_are_not_the_tree,
         {[](auto& run) { run.processes.omitted.count = 2; }, [](auto& run) { run.processes.omitted.cpu_seconds = 0.3; },
          [](auto& run) { run.processes.recorded.pop_back(), run.processes.omitted.count = 2; }});
    sees(programs_that_are_not_the_tree,
         {[](auto& run) { run.programs[1].count = 1; }, [](auto& run) { run.programs[1].count.reset(); },
          [](auto& run) { run.programs[0].cpu_seconds = 1.75001; }});
    sees(rows_without_their_parents, {[](auto& run) { run.processes.recorded[1].parent_pid = 41; }});
    sees(lives_out_of_the_window,
         {[](auto& run) { run.processes.recorded[0].end_seconds = 2.000001; },
          [](auto& run) { run.processes.recorded[1].start_seconds = 2.1; },
          [](auto& run) { run.processes.recorded[1].end_seconds = 0.2; }, [](auto& run) { run.peak->at_seconds = 2.1; }});
    sees(counts_below_peaks,
         {[](auto& run) { run.metrics[processes_started] = 1; }, [](auto& run) { run.metrics[threads_peak] = 7; },
          [](auto& run) { run.metrics[threads_peak] = 3; }, [](auto& run) { run.timeline.processes[1] = 3; }});
}

TEST_CASE("CPU time that is not its parts or that no CPU can have spent is seen") {
    sees(cpu_that_is_not_its_parts, {[](auto& run) { run.metrics[cpu_seconds] = 3.1; }});
    sees(more_cpu_than_there_was, {[](auto& run) {
                                       run.metrics[cpu_seconds] = 4.1;
                                       run.metrics[cpu_cores_average] = 2.05;
                                   },
                                   [](auto& run) { run.metrics[cpu_cores_average] = 1.6; }});
}

TEST_CASE("an absurd value is seen") {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    sees(absurd_values,
         {[](auto& run) { run.metrics[wall_seconds] = 0; }, [](auto& run) { run.metrics[cpu_seconds] = -1; },
          [](auto& run) { run.metrics[cpu_seconds] = 18446744073.7; },
          [](auto& run) { run.metrics[minor_faults] = 18446744073709551615.0; },
          [nan](auto& run) { run.metrics[pss_average_bytes] = nan; }, [](auto& run) { run.metrics[rss_peak_bytes] = 0; },
          [](auto& run) { run.metrics[threads_started] = 0; }, [](auto& run) { run.metrics[anon_peak_bytes] = 9000 * mib; },
          [](auto& run) { run.processes.recorded[0].pid = 0; },
          [](auto& run) { run.processes.recorded[0].rss_peak_bytes = 9000 * mib; },
          [nan](auto& run) { run.timeline.cpu_cores[0] = nan; }});
}

TEST_CASE("a metric that is neither measured nor explained is seen") {
    const auto of = [](const std::function<void(Result&)>& change) {
        auto result = sound();
        change(result);
        return metrics_without_a_word(result, result.runs.front()).size();
    };
    CHECK(of([](Result& result) { result.measurement.unavailable.erase(oom_kills); }) == 1);
    CHECK(of([](Result& result) { result.measurement.unavailable[oom_kills].reason = ""; }) == 1);
    CHECK(of([](Result& result) { result.measurement.unavailable[wall_seconds] = {"no clock", ""}; }) == 1);
    CHECK(of([](Result& result) { result.runs[0].metrics[oom_kills] = 0; }) == 1);
    CHECK(of([](Result& result) { result.runs[0].metrics[pss_peak_bytes].reset(); }) == 1);
    CHECK(of([](Result& result) {
              result.runs.push_back(sound_run());
              result.runs[0].metrics[pss_peak_bytes].reset();
              result.measurement.sources[pss_peak_bytes].note = "sampled; in 1 of 2 runs";
          }) == 0);
}

}  // namespace perfwrap::test
