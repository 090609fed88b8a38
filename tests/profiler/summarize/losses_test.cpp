#include "profiler/summarize/losses.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "exporters/text/accuracy_text.hpp"
#include "profiler/summarize/summarize.hpp"
#include "profiler/summarize/warnings.hpp"
#include "tests/support/host_examples.hpp"

using namespace perfwrap;
using Catch::Matchers::Contains;

namespace {

HostFacts with_memcg_events(HostFacts facts) {
    facts.memcg_events = true;
    return facts;
}

// In eBPF mode, with everything measured.
struct WithLosses {
    Plan plan;
    std::vector<Recording> recordings{1};
    std::vector<RunResult> runs{1};

    WithLosses() : plan(*make_plan(with_memcg_events(privileged_host()), {.exact_memory = true})) {
        recordings[0].end_ns = 1;
        for (const auto& info : metric_catalogue())
            if (plan[info.metric].measured) runs[0].metrics[info.metric] = 1.0;
    }

    Measurement with(Loss loss) const {
        auto lossy = recordings;
        lossy[0].seen.lost[loss] = 3;
        return describe_measurement(plan, lossy, runs);
    }
};

std::set<std::string_view> keys(const std::vector<Metric>& metrics) {
    std::set<std::string_view> names;
    for (const auto metric : metrics) names.insert(metric_info(metric).key);
    return names;
}

using enum Metric;

const std::vector used{
    cpu_seconds,           cpu_user_seconds,           cpu_system_seconds,           cpu_cores_average,      minor_faults,
    major_faults,          voluntary_context_switches, involuntary_context_switches, run_queue_wait_seconds, syscall_read_bytes,
    syscall_written_bytes, storage_read_bytes,         storage_written_bytes};
const std::vector held{rss_peak_bytes,      rss_average_bytes,    rss_anon_peak_bytes,
                       rss_file_peak_bytes, rss_shmem_peak_bytes, largest_process_rss_peak_bytes,
                       swap_peak_bytes};
const std::vector in_cgroup{anon_peak_bytes, anon_average_bytes, file_mapped_peak_bytes, shmem_peak_bytes};
const std::vector counted{processes_started, processes_peak, threads_started, threads_peak, oom_kills};

std::vector<Metric> all_of(std::vector<Metric> one, const std::vector<Metric>& two, const std::vector<Metric>& three = {}) {
    one.insert(one.end(), two.begin(), two.end());
    one.insert(one.end(), three.begin(), three.end());
    return one;
}

}  // namespace

TEST_CASE("A loss withdraws the promise of the metrics that it touches, and of no other") {
    struct Case {
        Loss loss;
        std::string accuracy;
        std::vector<Metric> touched;
    };
    const std::string at_least = "bounded by lost events: at least";
    const std::string either_way = "bounded by lost events";
    const std::vector<Case> cases{
        {Loss::unfollowed_processes, at_least, all_of(used, held, counted)},
        {Loss::unwatched_reapings, at_least, {processes_peak}},
        {Loss::unread_teardowns, at_least, used},
        {Loss::untracked_spaces, at_least, held},
        {Loss::unbalanced_spaces, either_way, held},
        {Loss::unraised_maxima,
         at_least,
         {rss_peak_bytes, rss_anon_peak_bytes, rss_file_peak_bytes, rss_shmem_peak_bytes, largest_process_rss_peak_bytes,
          swap_peak_bytes, anon_peak_bytes, file_mapped_peak_bytes, shmem_peak_bytes, processes_peak, threads_peak}},
        {Loss::skipped_programs, either_way, all_of(all_of(used, held, counted), in_cgroup)},
        {Loss::inconsistent_views, either_way, used},
        {Loss::process_rows, "", {}},
        {Loss::malformed_records, "", {}},
        {Loss::timeline_gaps, "", {}},
        {Loss::impossible_times, "", {}},
        {Loss::unseen_command, "", {}},
    };
    REQUIRE(cases.size() == loss_count);
    const WithLosses measured;
    const auto whole = describe_measurement(measured.plan, measured.recordings, measured.runs);
    for (const auto& [loss, accuracy, touched] : cases) {
        const auto& info = loss_catalogue()[static_cast<std::size_t>(loss)];
        CAPTURE(info.key);
        const auto measurement = measured.with(loss);
        std::set<std::string_view> withdrawn;
        for (const auto& [metric, source] : measurement.sources) {
            if (source.accuracy == whole.sources.at(metric).accuracy) continue;
            withdrawn.insert(metric_info(metric).key);
            CAPTURE(metric_info(metric).key);
            CHECK(accuracy_text(source.accuracy) == accuracy);
            CHECK_THAT(source.note, Contains("lost: 3 ") && Contains(std::string(info.what)));
        }
        CHECK(withdrawn == keys(touched));
        CHECK(measurement.lost == std::map<std::string, std::uint64_t>{{std::string(info.key), 3}});
        CHECK(measurement.lost_events == 3);
    }
}

TEST_CASE("A sampled value keeps its accuracy, and notes what it lacks") {
    const auto measurement = WithLosses().with(Loss::untracked_spaces);
    const auto& pss = measurement.sources.at(pss_peak_bytes);
    CHECK(pss.accuracy.kind == AccuracyKind::sampled);
    CHECK_THAT(pss.note, Contains("lost: 3 address spaces"));
}

TEST_CASE("Where a value may be off either way, it is not called a lower limit") {
    Losses lost;
    lost[Loss::unread_teardowns] = lost[Loss::inconsistent_views] = 1;
    const auto source = in_doubt({"ebpf", {}, ""}, cpu_seconds, lost);
    CHECK(source.accuracy.cause == BoundCause::inconsistent_events);
    CHECK(source.note ==
          "lost: 1 threads that could not be read after their exit, 1 totals that were read while processes kept "
          "ending");
}

TEST_CASE("A run that ended before it began is counted, and what needs its length says why it is absent") {
    WithLosses measured;
    measured.recordings[0].exec_ns = measured.recordings[0].end_ns;
    for (const auto metric : {wall_seconds, cpu_cores_average, rss_average_bytes}) measured.runs[0].metrics[metric].reset();
    const auto measurement = describe_measurement(measured.plan, measured.recordings, measured.runs);
    CHECK(measurement.lost == std::map<std::string, std::uint64_t>{{"impossible_times", 1}});
    for (const auto metric : {wall_seconds, cpu_cores_average, rss_average_bytes})
        CHECK_THAT(measurement.unavailable.at(metric).reason, Contains("by the clock the command ended before it began"));
    CHECK_THAT(warnings_of(measured.recordings, measured.plan).back(),
               Contains("lost: 1 runs that ended before they began, by the clock"));
}

TEST_CASE("The schema of results describes every kind of loss") {
    std::ifstream file(PERFWRAP_RESULT_SCHEMA);
    const auto schema = nlohmann::json::parse(file);
    const auto& kinds = schema.at("properties").at("measurement").at("properties").at("lost").at("properties");
    CHECK(kinds.size() == loss_count);
    for (const auto& info : loss_catalogue()) {
        CAPTURE(info.key);
        auto what = kinds.at(std::string(info.key)).at("description").get<std::string>();
        what.front() = static_cast<char>(std::tolower(what.front()));
        CHECK(what == info.what);
    }
}
