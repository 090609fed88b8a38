#include <catch2/catch.hpp>

#include "exporters/text/accuracy_text.hpp"
#include "profiler/summarize/summarize.hpp"
#include "tests/support/host_examples.hpp"

using namespace perfwrap;
using Catch::Matchers::Contains;

namespace {

// A run in which the probes gave all that the plan promised.
struct Measured {
    Plan plan;
    std::vector<Recording> recordings{1};
    std::vector<RunResult> runs{1};

    explicit Measured(const HostFacts& facts) : plan(*make_plan(facts, {})) {
        recordings[0].end_ns = 1;
        recordings[0].seen.mean_interval_seconds = 0.0123;
        for (const auto& info : metric_catalogue())
            if (plan[info.metric].measured) runs[0].metrics[info.metric] = 1.0;
    }

    Measurement described() const { return describe_measurement(plan, recordings, runs); }
};

}  // namespace

TEST_CASE("Every metric is in exactly one of sources and unavailable, and in sources just if a run has it") {
    std::vector<Measured> cases{Measured(privileged_host()), Measured(ordinary_host()), Measured(ordinary_host()),
                                Measured(ordinary_host())};
    cases[2].runs[0].metrics = {};
    for (const auto& info : metric_catalogue()) cases[3].runs[0].metrics[info.metric] = 1.0;
    for (const auto& each : cases) {
        const auto measurement = each.described();
        for (const auto& info : metric_catalogue()) {
            CAPTURE(info.key);
            CHECK(measurement.sources.contains(info.metric) == each.runs[0].metrics[info.metric].has_value());
            CHECK(measurement.sources.contains(info.metric) != measurement.unavailable.contains(info.metric));
        }
        for (const auto& [metric, absence] : measurement.unavailable) CHECK_FALSE(absence.reason.empty());
        for (const auto& [metric, source] : measurement.sources) {
            CHECK_FALSE(source.source.empty());
        }
    }
}

TEST_CASE("What is sampled states the interval that came out, what is exact does not") {
    const auto sampled = Measured(ordinary_host()).described();
    CHECK(sampled.mode == "procfs");
    CHECK(accuracy_text(sampled.sources.at(Metric::rss_peak_bytes).accuracy) == "sampled every 12 ms");
    CHECK(accuracy_text(sampled.sources.at(Metric::wall_seconds).accuracy) == "exact");
    const auto followed = Measured(privileged_host()).described();
    CHECK(followed.mode == "ebpf");
    CHECK(accuracy_text(followed.sources.at(Metric::rss_peak_bytes).accuracy) == "exact");
    CHECK(followed.sources.at(Metric::rss_peak_bytes).source == "ebpf");
    CHECK(accuracy_text(followed.sources.at(Metric::rss_average_bytes).accuracy) == "bounded to 768 KiB per process");
}

TEST_CASE("CPU time states its own pace where it has one, or that of the samples") {
    CHECK(Measured(ordinary_host()).described().cpu_interval_seconds == 0.0123);
    Measured measured(privileged_host());
    measured.recordings[0].seen.cpu_interval_seconds = 0.7;
    CHECK(measured.described().cpu_interval_seconds == 0.7);
}

TEST_CASE("PSS states its own pace, or none if nobody counted") {
    Measured measured(ordinary_host());
    CHECK(accuracy_text(measured.described().sources.at(Metric::pss_peak_bytes).accuracy) == "sampled");
    auto& memory = measured.recordings[0].seen.memory;
    memory.rss = MemoryOverTime{.peak_bytes = 1, .byte_seconds = 1, .observed_seconds = 5, .samples = 0};
    memory.pss = PssLooks{.looks = 20, .moments = 20, .most_rss_bytes = 1};
    const auto source = measured.described().sources.at(Metric::pss_peak_bytes);
    CHECK(source.accuracy.kind == AccuracyKind::sampled);
    CHECK(source.accuracy.interval_seconds == 0.25);
    CHECK(source.accuracy.samples == 20);
    CHECK_THAT(source.note, Contains("; 20 looks"));
}

TEST_CASE("PSS that too few looks could tell is absent, and says how many there were") {
    Measured measured(ordinary_host());
    measured.runs[0].metrics[Metric::pss_peak_bytes].reset();
    auto& memory = measured.recordings[0].seen.memory;
    memory.rss = MemoryOverTime{.peak_bytes = 300, .byte_seconds = 1, .observed_seconds = 5, .samples = 0};
    memory.pss = PssLooks{.looks = 1, .moments = 2, .most_rss_bytes = 300};
    const auto reason = [&] { return measured.described().unavailable.at(Metric::pss_peak_bytes).reason; };
    CHECK(reason() == "too few looks: 1 of at least 3; the run was too short");
    memory.pss = PssLooks{.looks = 4, .moments = 4, .most_rss_bytes = 150};
    CHECK(reason() == "too few looks: none of the 4 found more than 50 % of the largest resident size");
    memory.pss->denied = true;
    CHECK_THAT(reason(), Contains("may not look"));
}

TEST_CASE("Over several runs the interval is their mean, and lost events add up") {
    Measured measured(privileged_host());
    measured.recordings.push_back(measured.recordings[0]);
    measured.recordings[0].seen.mean_interval_seconds = 0.010;
    measured.recordings[1].seen.mean_interval_seconds = 0.030;
    measured.recordings[0].seen.lost[Loss::process_rows] = 2;
    measured.recordings[1].seen.lost[Loss::process_rows] = 1;
    measured.recordings[1].seen.lost[Loss::timeline_gaps] = 2;
    measured.runs.push_back(measured.runs[0]);
    measured.runs[1].metrics[Metric::pss_peak_bytes].reset();
    const auto measurement = measured.described();
    CHECK(measurement.cpu_interval_seconds == Approx(0.020));
    CHECK(measurement.lost_events == 5);
    CHECK(measurement.lost == std::map<std::string, std::uint64_t>{{"process_rows", 3}, {"timeline_gaps", 2}});
    CHECK_THAT(measurement.sources.at(Metric::pss_peak_bytes).note, Contains("in 1 of 2 runs"));
}

TEST_CASE("The interval is the mean step of the timelines that are in the result, however often there were samples") {
    Measured measured(privileged_host());
    measured.runs[0].metrics[Metric::wall_seconds] = 900;
    for (int i = 0; i < 1407; ++i) measured.runs[0].timeline.t_seconds.push_back(i * 0.64);
    CHECK(measured.described().interval_seconds == Approx(0.64).epsilon(0.001));
    measured.runs.push_back(measured.runs[0]);
    measured.runs[1].timeline.t_seconds = {0, 450};
    CHECK(measured.described().interval_seconds == Approx(1800.0 / 1409));
}

TEST_CASE("Without samples and a timeline the interval is the planned one") {
    Measured measured(ordinary_host());
    measured.recordings[0].seen.mean_interval_seconds.reset();
    CHECK(measured.described().interval_seconds == 0.010);
    CHECK(accuracy_text(measured.described().sources.at(Metric::rss_peak_bytes).accuracy) == "sampled");
}

TEST_CASE("A metric that was planned but did not come has a reason") {
    Measured measured(privileged_host());
    measured.runs[0].metrics[Metric::pss_peak_bytes].reset();
    measured.runs[0].metrics[Metric::oom_kills].reset();
    const auto measurement = measured.described();
    CHECK_THAT(measurement.unavailable.at(Metric::pss_peak_bytes).reason, Contains("no sample"));
    CHECK_THAT(measurement.unavailable.at(Metric::oom_kills).reason, Contains("ebpf"));
    CHECK(measurement.unavailable.at(Metric::cgroup_memory_peak_bytes).reason == "not asked for: --cgroup");
}

TEST_CASE("A metric that came without being planned makes the weakest claim") {
    Measured measured(ordinary_host());
    measured.runs[0].metrics[Metric::threads_started] = 3.0;
    const auto source = measured.described().sources.at(Metric::threads_started);
    CHECK(source.source == "procfs");
    CHECK(accuracy_text(source.accuracy) == "sampled every 12 ms");
}

TEST_CASE("I/O that was withheld says why") {
    Measured measured(privileged_host());
    measured.recordings[0].seen.io_withheld = true;
    for (const auto metric : {Metric::syscall_read_bytes, Metric::storage_written_bytes})
        measured.runs[0].metrics[metric].reset();
    const auto unavailable = measured.described().unavailable;
    CHECK_THAT(unavailable.at(Metric::syscall_read_bytes).reason, Contains("set-uid"));
    CHECK_THAT(unavailable.at(Metric::storage_written_bytes).reason, Contains("run perfwrap as root"));
    CHECK_FALSE(unavailable.contains(Metric::cpu_seconds));
}

TEST_CASE("User and system time that a run was too short for say how much it takes") {
    auto facts = privileged_host();
    facts.clock_tick_ns = 4'000'000;
    Measured measured(facts);
    measured.recordings[0].seen.totals.cpu_user_ns = 39'000'000;
    measured.recordings[0].seen.totals.cpu_system_ns = 0;
    for (const auto metric : {Metric::cpu_user_seconds, Metric::cpu_system_seconds}) measured.runs[0].metrics[metric].reset();
    const auto alone = measured.described();
    for (const auto metric : {Metric::cpu_user_seconds, Metric::cpu_system_seconds}) {
        CHECK(alone.unavailable.at(metric).reason ==
              "less than 10 clock ticks (40 ms) of CPU time: the kernel divides it by what its ticks see, which was too little");
        CHECK(alone.unavailable.at(metric).lacking == "10 clock ticks (40 ms) of CPU time");
    }
    CHECK(alone.sources.contains(Metric::cpu_seconds));

    measured.recordings.push_back(measured.recordings[0]);
    measured.runs.push_back(measured.runs[0]);
    measured.recordings[1].seen.totals.cpu_system_ns = 1'000'000;
    measured.runs[1].metrics[Metric::cpu_user_seconds] = 0.039;
    measured.runs[1].metrics[Metric::cpu_system_seconds] = 0.001;
    const auto series = measured.described();
    CHECK_THAT(series.sources.at(Metric::cpu_user_seconds).note, Contains("in 1 of 2 runs"));
    CHECK_FALSE(series.unavailable.contains(Metric::cpu_user_seconds));
}
