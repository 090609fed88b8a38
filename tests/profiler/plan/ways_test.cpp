#include "profiler/plan/ways.hpp"

#include <catch2/catch.hpp>

using namespace perfwrap;

TEST_CASE("Each mode has its own way to a metric, and the clock is the same in both") {
    CHECK(way_of(Metric::cpu_seconds, {.mode = Mode::ebpf}).source == Source::ebpf);
    CHECK(way_of(Metric::cpu_seconds, {.mode = Mode::procfs}).source == Source::procfs);
    CHECK(way_of(Metric::run_queue_wait_seconds, {.mode = Mode::procfs}).need == Need::ebpf);
    CHECK(way_of(Metric::wall_seconds, {.mode = Mode::ebpf}).source == Source::clock);
    CHECK(way_of(Metric::wall_seconds, {.mode = Mode::procfs}).source == Source::clock);
}

TEST_CASE("What follows every event of memory is not bounded by the kernel's batches, unless faults are reported late") {
    const auto limit = [](bool every_memory_event, bool late_faults) {
        return way_of(Metric::rss_average_bytes,
                      {.mode = Mode::ebpf, .every_memory_event = every_memory_event, .late_faults = late_faults})
            .limit;
    };
    CHECK(limit(false, false) == Limit::three_counter_batches);
    CHECK(limit(true, false) == Limit::none);
    CHECK(limit(false, true) == Limit::late_faults);
    CHECK(limit(true, true) == Limit::late_faults);
}
