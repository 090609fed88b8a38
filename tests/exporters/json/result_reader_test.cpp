#include "exporters/json/result_reader.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "exporters/json/result_writer.hpp"
#include "exporters/text/nanoseconds.hpp"
#include "tests/support/sample_result.hpp"

using namespace perfwrap;
using namespace perfwrap::test;
using Catch::Matchers::Contains;
using nlohmann::json;

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

Result read(const std::string& text) {
    auto result = read_result(text);
    INFO((result ? "" : result.error()));
    REQUIRE(result);
    return *std::move(result);
}

std::string error_of(const std::string& text) {
    const auto result = read_result(text);
    REQUIRE_FALSE(result);
    return result.error();
}

// What reading the sample gives after a change to the document.
std::string error_after(const std::function<void(json&)>& change) {
    auto document = json::parse(format_json(sample_series()));
    change(document);
    return error_of(document.dump());
}

Result read_after(const std::function<void(json&)>& change) {
    auto document = json::parse(format_json(sample_series()));
    change(document);
    return read(document.dump());
}

// Of a result what its file holds.
Result as_in_file(Result result) {
    for (auto& [metric, absence] : result.measurement.unavailable) absence = {absence.reason, "", true};
    result.warnings.clear();
    // Of the metrics this one has a fraction.
    for (auto& run : result.runs)
        run.metrics[Metric::rss_average_bytes] = std::round(run.metrics[Metric::rss_average_bytes].value());
    auto& average = result.summary.at(Metric::rss_average_bytes);
    for (auto* value : {&average.mean, &average.median, &average.min, &average.max}) *value = std::round(*value);
    auto& mean_wall = result.summary.at(Metric::wall_seconds).mean;
    mean_wall = to_the_nanosecond(mean_wall);
    return result;
}

Result with_every_accuracy() {
    auto result = sample_result();
    auto& sources = result.measurement.sources;
    sources[Metric::cpu_user_seconds] = {"procfs", bounded_by(BoundCause::clock_ticks), "split"};
    sources[Metric::cpu_seconds] = {"procfs", bounded_by(BoundCause::unwaited_processes), ""};
    sources[Metric::rss_anon_peak_bytes] = {"ebpf", bounded_to(66, BoundUnit::page_faults, BoundScope::thread), ""};
    sources[Metric::swap_peak_bytes] = {"cgroup", bounded_to(524288, BoundUnit::bytes, BoundScope::tree), ""};
    sources[Metric::processes_peak] = {"procfs", sampled_every(0.0123), ""};
    sources[Metric::minor_faults] = {"ebpf", bounded_by(BoundCause::lost_events), ""};
    sources[Metric::major_faults] = {"ebpf", bounded_by(BoundCause::inconsistent_events), ""};
    sources[Metric::threads_peak] = {"procfs", sampled_every(1), ""};
    sources[Metric::threads_peak].accuracy.samples = 18446744073709551615U;
    return result;
}

Result with_vcs_and_ci() {
    auto result = sample_result();
    result.vcs = Vcs{"3f2a9c1e", "main", true, -1, "Add \"a\" cache"};
    result.ci = Ci{"github", "17", "https://example.com/17", 42};
    return result;
}

Result hardly_anything() {
    auto result = sample_result();
    result.id.clear();
    result.vcs = Vcs{"3f2a9c1e", {}, {}, {}, {}};
    result.ci = Ci{"jenkins", {}, {}, {}};
    result.measurement.sources.clear();
    result.measurement.unavailable.clear();
    result.summary.clear();
    RunResult run;
    run.exit.signal = "SIGKILL";
    run.timed_out = true;
    result.runs = {run};
    return result;
}

Result checkpoint() {
    auto result = sample_series();
    result.complete = false;
    result.runs.back().exit = {};
    return result;
}

Result hostile() {
    auto result = sample_series();
    result.benchmark.name = "a) R 1 (b\n\xff";
    result.benchmark.command = {"\xff\xfe", std::string(100000, 'x'), "", "\"\\\x01\u200b"};
    result.benchmark.labels = {{"", "\"\\"}, {"a\ufffd", "kept"}, {"a\xfe", "1"}, {"a\xff", "\xff"}, {"schema", "x"}};
    result.runs[1].processes.recorded[0].command = {std::string("\0nul", 4), "\xed\xa0\x80"};
    result.runs[1].peak->processes[0].command = "\xc3";
    result.runs[1].programs[0].program = "\xff\n";
    return result;
}

Result not_finite() {
    auto result = sample_series();
    result.measurement.interval_seconds = not_a_number;
    result.measurement.cpu_interval_seconds = infinity;
    result.measurement.sources[Metric::pss_average_bytes] = {"procfs", sampled_every(infinity), ""};
    result.measurement.unavailable.erase(Metric::pss_average_bytes);
    auto& run = result.runs[1];
    run.stopped_seconds = infinity;
    run.metrics[Metric::cpu_cores_average] = infinity;
    run.metrics[Metric::rss_peak_bytes] = 9223372036854775808.0;
    run.peak->at_seconds = not_a_number;
    run.peak->processes[0].rss_bytes = infinity;
    run.timeline.cpu_cores[1] = infinity;
    run.timeline.rss_max_bytes[1] = 1e300;
    run.processes.recorded[0].start_seconds = not_a_number;
    run.processes.recorded[0].end_seconds = infinity;
    run.processes.recorded[0].rss_peak_bytes = infinity;
    run.processes.omitted.cpu_seconds = not_a_number;
    run.programs[0].cpu_seconds = infinity;
    run.programs[0].rss_peak_bytes = 1e300;
    result.summary[Metric::cpu_cores_average] = {3, not_a_number, infinity, not_a_number, 1, infinity};
    result.summary[Metric::minor_faults].max = 1e300;
    return result;
}

Result limits() {
    auto result = sample_result();
    result.host.memory_bytes = std::numeric_limits<std::uint64_t>::max();
    result.measurement.lost_events = std::numeric_limits<std::uint64_t>::max();
    result.measurement.lost = {{"unread_teardowns", 1}, {"a kind to come", result.measurement.lost_events - 1}};
    auto& run = result.runs.front();
    run.index = std::numeric_limits<int>::max();
    run.started_at_unix_ms = -62'167'219'200'000;
    run.metrics[Metric::rss_peak_bytes] = 9223372036854774784.0;
    run.metrics[Metric::wall_seconds] = std::numeric_limits<double>::max();
    run.metrics[Metric::cpu_seconds] = std::numeric_limits<double>::denorm_min();
    run.metrics[Metric::cpu_user_seconds] = 0.1 + 0.2;
    run.processes.omitted.count = std::numeric_limits<std::uint64_t>::max();
    run.programs[0].count = std::numeric_limits<std::uint64_t>::max();
    run.processes.recorded[0].threads = std::numeric_limits<std::uint32_t>::max();
    result.summary[Metric::minor_faults].mean = 123456.5;
    return result;
}

Result no_runs() {
    Result result;
    result.measurement.mode = "procfs";
    return result;
}

std::vector<std::pair<std::string, Result>> examples() {
    return {{"one run", sample_result()}, {"many runs", sample_series()},         {"accuracies", with_every_accuracy()},
            {"vcs", with_vcs_and_ci()},   {"hardly anything", hardly_anything()}, {"checkpoint", checkpoint()},
            {"hostile names", hostile()}, {"what is not finite", not_finite()},   {"limits", limits()},
            {"no runs", no_runs()}};
}

}  // namespace

TEST_CASE("what is read and written again is the same file, byte for byte") {
    for (const auto& [name, result] : examples()) {
        INFO(name);
        const auto file = format_json(result);
        CHECK(format_json(read(file)) == file);
    }
}

TEST_CASE("what is read is what was written, field by field") {
    for (const auto& result : {sample_result(), sample_series(), with_every_accuracy(), with_vcs_and_ci(), checkpoint()})
        CHECK(read(format_json(result)) == as_in_file(result));
    const auto series = read(format_json(sample_series()));
    REQUIRE(series.runs.size() == 3);
    CHECK(series.runs[2].index == 2);
    CHECK(series.runs[2].metrics[Metric::wall_seconds] == 4);
    CHECK(series.runs[2].started_at_unix_ms == 1'767'225'600'250);
    CHECK(series.summary.at(Metric::wall_seconds).median == 2);
}

TEST_CASE("indentation, order and further keys make no difference") {
    const auto file = format_json(sample_series());
    CHECK(format_json(read(json::parse(file).dump())) == file);
    CHECK(format_json(read("\xef\xbb\xbf \n" + json::parse(file).dump(8))) == file);
    const auto newer = read_after([](json& document) {
        document["from_the_future"] = {{"deep", {1, 2, 3}}};
        document["runs"][0]["metrics"]["new_metric_bytes"] = "not even a number";
        document["runs"][0]["processes"]["recorded"][0]["colour"] = nullptr;
        document["summary"]["new_metric_bytes"] = 1;
        document["measurement"]["unavailable"]["new_metric_bytes"] = "no reason";
        document["measurement"]["sources"]["newer_metric_bytes"] = {};
        document["measurement"]["sources"]["rss_average_bytes"]["bound_per"] = "galaxy";
    });
    CHECK(newer.runs == read(file).runs);
    CHECK(newer.measurement.sources.at(Metric::rss_average_bytes).accuracy.kind == AccuracyKind::bounded);
    CHECK_FALSE(newer.measurement.sources.at(Metric::rss_average_bytes).accuracy.bound);
}

TEST_CASE("results of earlier perfwraps are read") {
    const auto old = read_after([](json& document) {
        for (const auto* key : {"id", "complete"}) document.erase(key);
        document["measurement"].erase("cpu_interval_seconds");
        document["measurement"]["sources"]["rss_average_bytes"] = {
            {"source", "ebpf"}, {"accuracy", "bounded to 768 KiB per process"}, {"note", "counted in batches"}};
        document["measurement"]["sources"]["pss_peak_bytes"] = {
            {"source", "procfs"}, {"accuracy", "sampled every 12 ms"}, {"note", ""}};
        document["measurement"]["unavailable"].erase("pss_peak_bytes");
        for (auto& run : document["runs"]) {
            for (const auto* key : {"stopped_seconds", "programs"}) run.erase(key);
            for (auto& row : run["processes"]["recorded"]) row.erase("cpu_seconds");
        }
    });
    CHECK(old.id.empty());
    CHECK(old.complete);
    CHECK(old.measurement.cpu_interval_seconds == old.measurement.interval_seconds);
    CHECK(old.measurement.sources.at(Metric::rss_average_bytes).accuracy.kind == AccuracyKind::bounded);
    CHECK(old.measurement.sources.at(Metric::pss_peak_bytes).accuracy.kind == AccuracyKind::sampled);
    CHECK(old.runs[0].stopped_seconds == 0);
    CHECK(old.runs[0].programs.empty());
    CHECK(old.runs[0].processes.recorded[0].cpu_seconds == 2.75);
    CHECK_FALSE(old.runs[0].processes.recorded[1].cpu_seconds);
    CHECK(format_json(old).find("\"programs\"") == std::string::npos);
    CHECK(format_json(old).find("\"id\"") == std::string::npos);
}

TEST_CASE("the totals of the programs may be unknown, but not negative or without a name") {
    const auto others = read_after([](json& document) {
        document["runs"][0]["programs"].push_back(
            {{"program", other_programs}, {"count", nullptr}, {"cpu_seconds", 0.5}, {"rss_peak_bytes", nullptr}});
    });
    REQUIRE(others.runs[0].programs.size() == 3);
    CHECK(others.runs[0].programs[2] == ProgramUsage{std::string(other_programs), std::nullopt, 0.5, std::nullopt});
    CHECK(error_after([](json& document) { document["runs"][0]["programs"][0]["count"] = -1; }).find("programs[0].count") !=
          std::string::npos);
    CHECK(error_after([](json& document) { document["runs"][0]["programs"][1].erase("program"); }).find("programs[1]") !=
          std::string::npos);
}

TEST_CASE("a whole number may be written with a fraction of zero") {
    CHECK(read_after([](json& document) { document["runs"][0]["metrics"]["minor_faults"] = 7.0; })
              .runs[0]
              .metrics[Metric::minor_faults] == 7);
    CHECK(read_after([](json& document) { document["runs"][0]["index"] = 0.0; }).runs[0].index == 0);
}

TEST_CASE("what is no result of this version says so") {
    CHECK(error_of("") == "it is empty");
    CHECK(error_of("[1]") == "it is not a result of perfwrap: it has no \"schema\"");
    CHECK(error_of("12") == "it is not a result of perfwrap: it has no \"schema\"");
    CHECK(error_of(R"({"results":[]})") == "it is not a result of perfwrap: it has no \"schema\"");
    CHECK(error_of(R"({"schema":"perfwrap-comparison/1"})") ==
          "it is not a result of perfwrap: its schema is \"perfwrap-comparison/1\", not \"perfwrap-result/1\"");
    CHECK(error_of(R"({"schema":{}})") == "it is not a result of perfwrap: its schema is an object, not \"perfwrap-result/1\"");
    CHECK(error_of(R"({"schema":"perfwrap-result/2","runs":7})") ==
          "a newer perfwrap wrote it: its schema is \"perfwrap-result/2\", and this perfwrap reads \"perfwrap-result/1\"");
    CHECK_THAT(error_of(R"({"schema":"perfwrap-result/10"})"), Contains("a newer perfwrap wrote it"));
    for (const auto* schema : {"perfwrap-result/", "perfwrap-result/0", "perfwrap-result/01", "perfwrap-result/2x",
                               "perfwrap-result/1.5", "perfwrap-result/-2", "\\u001b[31m"}) {
        const auto error = error_of(std::string(R"({"schema":")") + schema + "\"}");
        CHECK_THAT(error, Contains("it is not a result of perfwrap: its schema is"));
        CHECK(error.find('\x1b') == std::string::npos);
    }
}

TEST_CASE("a file that was cut off says so") {
    const auto file = json::parse(format_json(sample_series())).dump();
    for (std::size_t length = 1; length < file.size(); length += 17) {
        const auto result = read_result(std::string_view(file).substr(0, length));
        INFO(length);
        REQUIRE_FALSE(result);
        REQUIRE(result.error() == "it is cut off: the JSON ends within line 1");
    }
    CHECK(error_of("{\n\"schema\":\n") == "it is cut off: the JSON ends within line 3");
}

TEST_CASE("what is not JSON says where it ceases to be") {
    CHECK(error_of("wall 1.5\n") == "it is not JSON: line 1, column 1");
    CHECK(error_of("{\"a\": 1,\n \"b\": NaN}") == "it is not JSON: line 2, column 7");
    CHECK(error_of("{} {}") == "it is not JSON: line 1, column 4");
    CHECK(error_of("{\"a\": \"\xff\"}") == "it is not JSON: line 1, column 8");
    CHECK(error_of("{\"a\": 1e999}") == "it cannot be read: a number is too large");
}

TEST_CASE("an error names the place and what stands there") {
    const auto at = [](json& document) -> json& { return document["runs"][2]; };
    using Change = std::function<void(json&)>;
    const std::vector<std::pair<Change, std::string>> cases{
        {[&](json& d) { at(d)["metrics"]["wall_seconds"] = "2"; },
         "runs[2].metrics.wall_seconds: expected a number that is not negative, not \"2\""},
        {[&](json& d) { at(d)["metrics"]["wall_seconds"] = -1; },
         "runs[2].metrics.wall_seconds: expected a number that is not negative, not -1"},
        {[&](json& d) { at(d)["metrics"]["minor_faults"] = -7; },
         "runs[2].metrics.minor_faults: expected a whole number that is not negative and below 2^63, not -7"},
        {[&](json& d) { at(d)["metrics"]["minor_faults"] = 1.5; },
         "runs[2].metrics.minor_faults: expected a whole number that is not negative and below 2^63, not 1.5"},
        {[&](json& d) { at(d)["metrics"]["minor_faults"] = 9223372036854775807U; },
         "runs[2].metrics.minor_faults: expected a whole number that is not negative and below 2^63, not 9223372036854775807"},
        {[&](json& d) { at(d)["metrics"]["minor_faults"] = nullptr; },
         "runs[2].metrics.minor_faults: expected a number; a metric that was not measured is absent, not null"},
        {[&](json& d) { at(d)["metrics"] = json::array(); }, "runs[2].metrics: expected an object, not an array"},
        {[&](json& d) { at(d).erase("exit"); }, "runs[2]: \"exit\" is missing"},
        {[&](json& d) { at(d)["exit"].erase("timed_out"); }, "runs[2].exit: \"timed_out\" is missing"},
        {[&](json& d) { at(d)["exit"]["timed_out"] = 0; }, "runs[2].exit.timed_out: expected true or false, not 0"},
        {[&](json& d) { at(d)["exit"]["signal"] = "SIGKILL"; }, "runs[2].exit: has both a code and a signal"},
        {[&](json& d) { at(d)["exit"]["code"] = nullptr; }, "runs[2].exit: has neither a code nor a signal"},
        {[&](json& d) { at(d)["exit"]["code"] = 4294967296; },
         "runs[2].exit.code: expected a whole number from -2147483648 to 2147483647, not 4294967296"},
        {[&](json& d) { at(d)["index"] = -1; }, "runs[2].index: expected a whole number from 0 to 2147483647, not -1"},
        {[&](json& d) { at(d)["started_at"] = "yesterday"; },
         "runs[2].started_at: expected a time such as 2026-01-01T00:00:00.000Z, not \"yesterday\""},
        {[&](json& d) { at(d)["stopped_seconds"] = -0.5; },
         "runs[2].stopped_seconds: expected a number that is not negative, not -0.5"},
        {[&](json& d) { at(d)["timeline"]["cpu_cores"].erase(0); },
         "runs[2].timeline: its columns are of different lengths: 4, 4, 4, 3, 4"},
        {[&](json& d) { at(d)["timeline"]["rss_max_bytes"][1] = true; },
         "runs[2].timeline.rss_max_bytes[1]: expected a whole number that is not negative and below 2^63, not true"},
        {[&](json& d) { at(d)["processes"]["recorded"][0]["command"] = json::array(); },
         "runs[2].processes.recorded[0].command: is empty"},
        {[&](json& d) { at(d)["processes"]["recorded"][0]["command"][1] = 1; },
         "runs[2].processes.recorded[0].command[1]: expected a string, not 1"},
        {[&](json& d) {
             at(d)["processes"]["recorded"][0]["exit"] = {{"code", nullptr}, {"signal", nullptr}};
         },
         "runs[2].processes.recorded[0].exit: has neither a code nor a signal"},
        {[&](json& d) { at(d)["processes"]["recorded"][0]["threads"] = -1; },
         "runs[2].processes.recorded[0].threads: expected a whole number from 0 to 4294967295, not -1"},
        {[&](json& d) { at(d)["processes"]["omitted"]["count"] = -1; },
         "runs[2].processes.omitted.count: expected a whole number from 0 to 18446744073709551615, not -1"},
        {[&](json& d) { at(d)["peak"]["processes"] = json::object(); },
         "runs[2].peak.processes: expected an array, not an object"},
        {[](json& d) { d["runs"] = json::object(); }, "runs: expected an array, not an object"},
        {[](json& d) { d.erase("host"); }, "\"host\" is missing"},
        {[](json& d) { d["host"]["memory_bytes"] = 1e30; },
         "host.memory_bytes: expected a whole number from 0 to 18446744073709551615, not 1e+30"},
        {[](json& d) { d["id"] = 7; }, "id: expected a string, not 7"},
        {[](json& d) { d["complete"] = nullptr; }, "complete: expected true or false, not null"},
        {[](json& d) { d["benchmark"]["labels"]["a \u001b"] = 1; }, R"(benchmark.labels["a \x1b"]: expected a string, not 1)"},
        {[](json& d) {
             d["vcs"] = {{"branch", "main"}};
         },
         "vcs: \"commit\" is missing"},
        {[](json& d) {
             d["vcs"] = {{"commit", "3f2a"}, {"dirty", "no"}};
         },
         "vcs.dirty: expected true or false, not \"no\""},
        {[](json& d) { d["ci"] = "github"; }, "ci: expected an object, not \"github\""},
        {[](json& d) { d["measurement"]["mode"] = "magic"; }, "measurement.mode: expected ebpf or procfs, not \"magic\""},
        {[](json& d) { d["measurement"]["sources"]["rss_peak_bytes"]["accuracy"] = "exactly"; },
         "measurement.sources.rss_peak_bytes.accuracy: expected words that begin with exact, bounded or sampled, not "
         "\"exactly\""},
        {[](json& d) { d["measurement"]["sources"]["rss_average_bytes"]["bound_bytes"] = -1; },
         "measurement.sources.rss_average_bytes.bound_bytes: expected a whole number from 0 to 18446744073709551615, not -1"},
        {[](json& d) { d["measurement"]["unavailable"]["rss_peak_bytes"] = "no"; },
         "measurement.unavailable.rss_peak_bytes: this metric also has a source"},
        {[](json& d) { d["summary"]["wall_seconds"]["n"] = 0; },
         "summary.wall_seconds.n: expected a whole number from 1 to 18446744073709551615, not 0"},
        {[](json& d) { d["summary"]["wall_seconds"]["n"] = 1; },
         "summary.wall_seconds.stddev: expected null for a single run, not 1.5"},
        {[](json& d) { d["summary"]["minor_faults"]["mean"] = 1e300; },
         "summary.minor_faults.mean: expected a number below 2^63, not 1e+300"},
    };
    for (const auto& [change, message] : cases) CHECK(error_after(change) == message);
}

TEST_CASE("a value of the wrong kind is an error wherever it stands, and never the end") {
    // Every value of the sample in turn becomes one of each other kind.
    const auto sample = json::parse(format_json(with_vcs_and_ci()));
    const auto paths = sample.flatten();
    for (const auto& [path, value] : paths.items())
        for (const json& wrong :
             {json(nullptr), json(true), json("text"), json(-1), json(1e300), json::array(), json::object()}) {
            auto document = sample;
            document[json::json_pointer(path)] = wrong;
            INFO(path << " is " << wrong);
            const auto result = read_result(document.dump());
            CHECK((result ? !format_json(*result).empty() : !result.error().empty()));
        }
}

TEST_CASE("a document that is nested a hundred thousand levels deep is read like any other") {
    constexpr int levels = 100'000;
    std::string objects;
    for (int i = 0; i < levels; ++i) objects += "{\"a\":";
    for (const auto& [open, close] :
         {std::pair{std::string(levels, '['), std::string(levels, ']')}, std::pair{objects + "1", std::string(levels, '}')}}) {
        CHECK_THAT(error_of(open), Contains("cut off"));
        CHECK_THAT(error_of(open + close), Contains("has no \"schema\""));
        auto file = format_json(sample_result());
        CHECK(format_json(read(fmt::format("{{\"unknown\": {}{},{}", open, close, file.substr(1)))) == file);
        const auto runs = file.find("\"runs\": [");
        REQUIRE(runs != std::string::npos);
        CHECK_THAT(error_of(file.insert(runs + 9, open + close + ",")), Contains("runs[0]"));
    }
}
