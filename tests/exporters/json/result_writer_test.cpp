#include "exporters/json/result_writer.hpp"

#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>

#include "tests/support/outside_tool.hpp"
#include "tests/support/sample_result.hpp"

using namespace perfwrap;
using namespace perfwrap::test;
using nlohmann::json;

namespace {

constexpr auto expected_json = R"({
  "schema": "perfwrap-result/1",
  "id": "01KDVDNA7TAB3DEFGHJKMNPQRS",
  "complete": true,
  "perfwrap": {"version":"0.1.0"},
  "benchmark": {
    "name": "bench.py",
    "command": ["python","bench.py"],
    "working_directory": "/src",
    "labels": {"size":"10"}
  },
  "host": {"hostname":"box","kernel":"6.1.0","cpu_model":"Example CPU","cpus":2,"memory_bytes":8589934592},
  "vcs": null,
  "ci": null,
  "measurement": {
    "mode": "ebpf",
    "interval_seconds": 0.01,
    "cpu_interval_seconds": 0.02,
    "lost_events": 0,
    "lost": {},
    "sources": {
      "wall_seconds": {"source":"clock","accuracy":"exact","note":""},
      "rss_peak_bytes": {"source":"ebpf","accuracy":"exact","note":""},
      "rss_average_bytes": {
        "source": "ebpf",
        "accuracy": "bounded to 768 KiB per process",
        "bound_bytes": 786432,
        "bound_per": "process",
        "note": "counted in batches"
      }
    },
    "unavailable": {
      "pss_peak_bytes": "smaps_rollup cannot be read",
      "pss_average_bytes": "smaps_rollup cannot be read",
      "cgroup_memory_peak_bytes": "not asked for: --cgroup"
    }
  },
  "runs": [
    {
      "index": 0,
      "started_at": "2026-01-01T00:00:00.250Z",
      "exit": {"code":0,"signal":null,"timed_out":false},
      "stopped_seconds": 0.0,
      "metrics": {
        "wall_seconds": 2.0,
        "cpu_seconds": 3.5,
        "cpu_user_seconds": 3.0,
        "cpu_system_seconds": 0.5,
        "cpu_cores_average": 1.75,
        "rss_peak_bytes": 603979776,
        "rss_average_bytes": 105119744,
        "largest_process_rss_peak_bytes": 536870912,
        "minor_faults": 123456,
        "major_faults": 0,
        "voluntary_context_switches": 1234,
        "involuntary_context_switches": 56,
        "syscall_read_bytes": 1572864,
        "syscall_written_bytes": 2048,
        "processes_started": 3,
        "processes_peak": 2,
        "threads_started": 5,
        "threads_peak": 4
      },
      "peak": {
        "at_seconds": 0.75,
        "processes": [
          {"pid":42,"command":"python bench.py","rss_bytes":536870912},
          {"pid":43,"command":"worker","rss_bytes":67108864}
        ]
      },
      "timeline": {
        "t_seconds": [0.0,0.5,1.0,1.5],
        "rss_max_bytes": [67108864,603979776,134217728,67108864],
        "rss_mean_bytes": [67108864,209715200,104857600,33554432],
        "cpu_cores": [1.0,2.0,2.0,2.0],
        "processes": [1,2,2,1]
      },
      "processes": {
        "recorded": [
          {
            "pid": 42,
            "parent_pid": 1,
            "command": ["python","bench.py"],
            "start_seconds": 0.0,
            "end_seconds": 2.0,
            "exit": {"code":0,"signal":null},
            "threads": 4,
            "cpu_seconds": 2.75,
            "cpu_user_seconds": 2.5,
            "cpu_system_seconds": 0.25,
            "rss_peak_bytes": 536870912
          },
          {
            "pid": 43,
            "parent_pid": 42,
            "command": ["worker"],
            "start_seconds": 0.25,
            "end_seconds": null,
            "exit": null,
            "threads": 1,
            "cpu_seconds": null,
            "cpu_user_seconds": null,
            "cpu_system_seconds": null,
            "rss_peak_bytes": null
          }
        ],
        "omitted": {"count":1,"cpu_seconds":0.75}
      },
      "programs": [
        {"program":"python","count":1,"cpu_seconds":2.75,"rss_peak_bytes":536870912},
        {"program":"worker","count":2,"cpu_seconds":0.75,"rss_peak_bytes":null}
      ]
    }
  ],
  "summary": {
    "wall_seconds": {"n":1,"mean":2.0,"median":2.0,"stddev":null,"min":2.0,"max":2.0},
    "cpu_seconds": {"n":1,"mean":3.5,"median":3.5,"stddev":null,"min":3.5,"max":3.5},
    "cpu_user_seconds": {"n":1,"mean":3.0,"median":3.0,"stddev":null,"min":3.0,"max":3.0},
    "cpu_system_seconds": {"n":1,"mean":0.5,"median":0.5,"stddev":null,"min":0.5,"max":0.5},
    "cpu_cores_average": {"n":1,"mean":1.75,"median":1.75,"stddev":null,"min":1.75,"max":1.75},
    "rss_peak_bytes": {"n":1,"mean":603979776,"median":603979776,"stddev":null,"min":603979776,"max":603979776},
    "rss_average_bytes": {"n":1,"mean":105119744,"median":105119744,"stddev":null,"min":105119744,"max":105119744},
    "largest_process_rss_peak_bytes": {"n":1,"mean":536870912,"median":536870912,"stddev":null,"min":536870912,"max":536870912},
    "minor_faults": {"n":1,"mean":123456,"median":123456,"stddev":null,"min":123456,"max":123456},
    "major_faults": {"n":1,"mean":0,"median":0,"stddev":null,"min":0,"max":0},
    "voluntary_context_switches": {"n":1,"mean":1234,"median":1234,"stddev":null,"min":1234,"max":1234},
    "involuntary_context_switches": {"n":1,"mean":56,"median":56,"stddev":null,"min":56,"max":56},
    "syscall_read_bytes": {"n":1,"mean":1572864,"median":1572864,"stddev":null,"min":1572864,"max":1572864},
    "syscall_written_bytes": {"n":1,"mean":2048,"median":2048,"stddev":null,"min":2048,"max":2048},
    "processes_started": {"n":1,"mean":3,"median":3,"stddev":null,"min":3,"max":3},
    "processes_peak": {"n":1,"mean":2,"median":2,"stddev":null,"min":2,"max":2},
    "threads_started": {"n":1,"mean":5,"median":5,"stddev":null,"min":5,"max":5},
    "threads_peak": {"n":1,"mean":4,"median":4,"stddev":null,"min":4,"max":4}
  }
}
)";

json schema() {
    std::ifstream file(PERFWRAP_RESULT_SCHEMA);
    return json::parse(file);
}

ToolOutcome validate(const std::string& document) {
    return run_on("/usr/bin/python3 -m jsonschema -i {} " PERFWRAP_RESULT_SCHEMA, document);
}

bool can_validate() {
    if (run_on("/usr/bin/python3 -c 'import jsonschema' {}", "").exit_code == 0) return true;
    std::cerr << "SKIPPED: python3-jsonschema is not installed\n";
    return false;
}

void require_descriptions(const json& node, const std::string& where) {
    if (node.is_object() && node.contains("properties"))
        for (const auto& [key, property] : node["properties"].items()) {
            INFO(where << "/" << key);
            CHECK((property.contains("description") || property.contains("$ref")));
        }
    if (node.is_structured())
        for (const auto& [key, child] : node.items()) require_descriptions(child, fmt::format("{}/{}", where, key));
}

}  // namespace

TEST_CASE("the result file of a run is this, byte for byte") { CHECK(format_json(sample_result()) == expected_json); }

TEST_CASE("a result file is valid by its schema") {
    if (!can_validate()) return;
    auto hostile = sample_series();
    hostile.benchmark.command = {"a) R 1 (b\n", "\xff\xfe", std::string(100000, 'x'), ""};
    hostile.benchmark.labels[""] = "\"\\\x01";
    hostile.runs.front().exit = {std::nullopt, "SIGKILL"};
    hostile.runs.front().peak.reset();
    hostile.runs.front().timeline = {};
    hostile.runs.front().processes = {};
    auto checkpoint = sample_result();
    checkpoint.complete = false;
    checkpoint.runs.front().exit = {};
    for (const auto& result : {sample_result(), hostile, checkpoint}) {
        const auto outcome = validate(format_json(result));
        INFO(outcome.output);
        CHECK(outcome.exit_code == 0);
    }
}

TEST_CASE("the schema refuses a file with a wrong type or a missing key and ignores keys that it does not know") {
    if (!can_validate()) return;
    const auto good = json::parse(format_json(sample_result()));
    auto changed = good;
    changed["runs"][0]["metrics"]["rss_peak_bytes"] = 1.5;
    CHECK(validate(changed.dump()).exit_code != 0);
    changed = good;
    changed["runs"][0]["processes"].erase("omitted");
    CHECK(validate(changed.dump()).exit_code != 0);
    changed = good;
    changed["schema"] = "perfwrap-result/2";
    CHECK(validate(changed.dump()).exit_code != 0);
    changed = good;
    changed["runs"][0]["from_the_future"] = {1, 2, 3};
    changed["runs"][0]["metrics"]["new_metric_bytes"] = 1;
    CHECK(validate(changed.dump()).exit_code == 0);
}

TEST_CASE("the schema lists exactly the catalogue's metrics with their units and meanings") {
    const auto listed = schema()["$defs"]["metrics"]["properties"];
    CHECK(listed.size() == metric_count);
    for (const auto& row : metric_catalogue()) {
        INFO(row.key);
        const auto entry = listed.find(std::string(row.key));
        REQUIRE(entry != listed.end());
        CHECK((*entry)["description"] == row.meaning);
        CHECK((*entry)["type"] == (is_whole(row.unit) ? "integer" : "number"));
    }
}

TEST_CASE("the schema describes every key") { require_descriptions(schema(), ""); }

TEST_CASE("an accuracy is in words and in keys of its own, of which those that are not known are absent") {
    auto result = sample_result();
    auto& sources = result.measurement.sources;
    sources = {{Metric::cpu_user_seconds, {"procfs", bounded_by(BoundCause::clock_ticks), ""}},
               {Metric::rss_peak_bytes, {"ebpf", bounded_to(66, BoundUnit::page_faults, BoundScope::thread), ""}},
               {Metric::cgroup_memory_peak_bytes, {"cgroup", bounded_to(524288, BoundUnit::bytes, BoundScope::tree), ""}},
               {Metric::swap_peak_bytes, {"procfs", sampled_every(0.25), ""}},
               {Metric::pss_peak_bytes, {"procfs", sampled_every(std::numeric_limits<double>::infinity()), ""}}};
    sources[Metric::swap_peak_bytes].accuracy.samples = 20;
    sources[Metric::processes_peak] = {"ebpf", bounded_by(BoundCause::lost_events), "lost: 3 of them"};
    const auto file = json::parse(format_json(result));
    const auto& written = file["measurement"]["sources"];
    CHECK(written["cpu_user_seconds"] ==
          json{{"source", "procfs"}, {"accuracy", "bounded by clock ticks"}, {"bound_by", "clock_ticks"}, {"note", ""}});
    CHECK(written["rss_peak_bytes"] == json{{"source", "ebpf"},
                                            {"accuracy", "bounded to 66 page faults per thread"},
                                            {"bound_page_faults", 66},
                                            {"bound_per", "thread"},
                                            {"note", ""}});
    CHECK(written["cgroup_memory_peak_bytes"] == json{{"source", "cgroup"},
                                                      {"accuracy", "bounded to 512 KiB"},
                                                      {"bound_bytes", 524288},
                                                      {"bound_per", "tree"},
                                                      {"note", ""}});
    CHECK(written["swap_peak_bytes"] == json{{"source", "procfs"},
                                             {"accuracy", "sampled every 250 ms"},
                                             {"interval_seconds", 0.25},
                                             {"samples", 20},
                                             {"note", ""}});
    CHECK(written["processes_peak"] == json{{"source", "ebpf"},
                                            {"accuracy", "bounded by lost events: at least"},
                                            {"bound_by", "lost_events"},
                                            {"note", "lost: 3 of them"}});
    CHECK(written["pss_peak_bytes"] == json{{"source", "procfs"}, {"accuracy", "sampled"}, {"note", ""}});
    if (can_validate()) CHECK(validate(file.dump()).exit_code == 0);
}

TEST_CASE("lost events are in the file by kind, beside their sum") {
    auto result = sample_result();
    result.measurement.lost_events = 5;
    result.measurement.lost = {{"process_rows", 2}, {"unread_teardowns", 3}};
    const auto file = json::parse(format_json(result));
    CHECK(file["measurement"]["lost_events"] == 5);
    CHECK(file["measurement"]["lost"] == json{{"process_rows", 2}, {"unread_teardowns", 3}});
    if (can_validate()) CHECK(validate(file.dump()).exit_code == 0);
}

TEST_CASE("the commit that was measured and the CI job that ran it are in the file, as far as they are known") {
    auto result = sample_result();
    result.vcs = Vcs{"3f2a9c1e", "main", false, 1'767'225'600, "Add a cache"};
    result.ci = Ci{"github", "17", "https://example.com/17", 42};
    const auto known = json::parse(format_json(result));
    CHECK(known["vcs"] == json{{"commit", "3f2a9c1e"},
                               {"branch", "main"},
                               {"dirty", false},
                               {"committed_at", "2026-01-01T00:00:00Z"},
                               {"title", "Add a cache"}});
    CHECK(known["ci"] ==
          json{{"provider", "github"}, {"run_id", "17"}, {"run_url", "https://example.com/17"}, {"pull_request", 42}});
    result.vcs = Vcs{"3f2a9c1e", {}, {}, {}, {}};
    result.ci = Ci{"jenkins", {}, {}, {}};
    const auto hardly = json::parse(format_json(result));
    CHECK(hardly["vcs"] ==
          json{{"commit", "3f2a9c1e"}, {"branch", nullptr}, {"dirty", nullptr}, {"committed_at", nullptr}, {"title", nullptr}});
    CHECK(hardly["ci"] == json{{"provider", "jenkins"}, {"run_id", nullptr}, {"run_url", nullptr}, {"pull_request", nullptr}});
    if (!can_validate()) return;
    for (const auto& file : {known, hardly}) CHECK(validate(file.dump()).exit_code == 0);
}

TEST_CASE("bytes that are not UTF-8 are replaced in JSON") {
    auto result = sample_result();
    result.benchmark.name = "b\xff";
    CHECK(json::parse(format_json(result))["benchmark"]["name"] == "b\ufffd");
}

TEST_CASE("labels whose names differ only in bytes that are not UTF-8 keep a key each") {
    auto result = sample_result();
    result.benchmark.labels = {{"a\ufffd", "kept"}, {"a\xfe", "1"}, {"a\xff", "2"}, {"b", "\xff"}};
    CHECK(json::parse(format_json(result))["benchmark"]["labels"] ==
          json{{"a\ufffd", "kept"}, {"a\ufffd_2", "1"}, {"a\ufffd_3", "2"}, {"b", "\ufffd"}});
}

TEST_CASE("infinity and NaN never reach the file") {
    auto result = sample_result();
    result.runs[0].metrics[Metric::cpu_cores_average] = std::numeric_limits<double>::infinity();
    result.runs[0].metrics[Metric::rss_peak_bytes] = std::numeric_limits<double>::quiet_NaN();
    result.summary[Metric::cpu_cores_average].mean = std::numeric_limits<double>::quiet_NaN();
    const auto file = json::parse(format_json(result));
    CHECK_FALSE(file["runs"][0]["metrics"].contains("cpu_cores_average"));
    CHECK_FALSE(file["runs"][0]["metrics"].contains("rss_peak_bytes"));
    CHECK(file["summary"]["cpu_cores_average"]["mean"].is_null());
}

TEST_CASE("seconds and cores end at the nanosecond wherever they stand") {
    auto result = sample_result();
    constexpr double not_quite = 7.013000039 + 0.395844270;
    auto& run = result.runs[0];
    result.measurement.interval_seconds = result.measurement.cpu_interval_seconds = not_quite;
    result.measurement.sources[Metric::pss_peak_bytes] = {"procfs", sampled_every(not_quite), ""};
    result.summary[Metric::cpu_seconds] = {3, not_quite, not_quite, not_quite, not_quite, not_quite};
    run.metrics[Metric::cpu_seconds] = run.stopped_seconds = run.peak->at_seconds = not_quite;
    run.timeline.t_seconds[1] = run.timeline.cpu_cores[1] = not_quite;
    run.processes.recorded[0].cpu_seconds = run.programs[0].cpu_seconds = not_quite;
    run.processes.recorded[0].cpu_user_seconds = run.processes.omitted.cpu_seconds = not_quite;
    const auto text = format_json(result);
    CHECK(text.find("7.40884430899") == std::string::npos);
    CHECK(text.find("\"cpu_seconds\": 7.408844309,") != std::string::npos);
}

TEST_CASE("bytes beyond 2^32 and numbers of seconds keep every digit that is known") {
    auto result = sample_result();
    result.runs[0].metrics[Metric::rss_peak_bytes] = 9007199254740991.0;
    result.runs[0].metrics[Metric::wall_seconds] = 0.1;
    const auto text = format_json(result);
    CHECK(text.find("\"rss_peak_bytes\": 9007199254740991,") != std::string::npos);
    CHECK(text.find("\"wall_seconds\": 0.1,") != std::string::npos);
}
