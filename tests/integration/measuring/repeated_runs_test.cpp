// Many runs by one perfwrap give the same numbers as runs by a perfwrap each, and each run begins from nothing.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/long_form.hpp"
#include "tests/integration/support/marked_sleep.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/integration/support/times.hpp"
#include "tests/support/units.hpp"

namespace perfwrap::test {
namespace {

constexpr std::size_t run_count = 20;

using Values = std::vector<double>;

Values values_of(const nlohmann::json& result, const std::string& key) {
    Values values;
    for (const auto& run : result.at("runs")) values.push_back(run.at("metrics").at(key).get<double>());
    return values;
}

double median(Values values) {
    std::ranges::sort(values);
    return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
}

Words with_runs(Words options, std::size_t count) {
    options.insert(options.end(), {"-r", std::to_string(count)});
    return options;
}

// Each run has a perfwrap of its own.
Values apart(const Words& options, const Words& command, const std::string& key) {
    Values values;
    for (std::size_t i = 0; i < run_count; ++i) values.push_back(measure(options, command).metric(key));
    return values;
}

void check_the_same(const std::string& source, const Words& command, const Words& exact_keys, const std::string& key,
                    double relative_tolerance) {
    CAPTURE(source, key);
    const Words options{"--source", source};
    const auto series = measure(with_runs(options, run_count), command);
    REQUIRE(series.result.at("runs").size() == run_count);
    CHECK(series.result.at("measurement").at("lost_events") == 0);
    const auto alone = measure(options, command);
    for (const auto& exact : exact_keys) {
        CAPTURE(exact);
        CHECK(values_of(series.result, exact) == Values(run_count, alone.metric(exact)));
    }
    const double together = median(values_of(series.result, key));
    const double separately = median(apart(options, command, key));
    fmt::print("| {} | {} | {:.6g} | {:.6g} |\n", source, key, together, separately);
    CHECK_THAT(together, Catch::WithinRel(separately, relative_tolerance));
}

}  // namespace

TEST_CASE("twenty runs by one perfwrap have the numbers of twenty with one each", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const Words counts{"processes_started", "processes_peak", "threads_started", "threads_peak", "oom_kills"};
    check_the_same("ebpf", workload_words({"cpu-children", "5", "2"}), counts, "cpu_seconds", 0.1);
    check_the_same("ebpf", workload_words({"memory-four", "0"}), counts, "rss_peak_bytes", 0.002);
    check_the_same("ebpf", workload_words({"memory-fork", "16", "4"}), counts, "minor_faults", 0.01);
}

TEST_CASE("twenty runs by one perfwrap have the numbers of twenty with one each, in procfs mode") {
    check_the_same("procfs", workload_words({"cpu-children", "5", "2"}), {}, "cpu_seconds", 0.1);
    check_the_same("procfs", workload_words({"memory-four", "0", "2"}), {}, "rss_peak_bytes", 0.002);
    check_the_same("procfs", workload_words({"memory-fork", "16", "4"}), {}, "minor_faults", 0.01);
}

TEST_CASE("processes that a run leaves alive are not part of later runs") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto sleep = unlikely();
        // Each run leaves a process behind, which holds 32 MiB before the run ends.
        const auto script =
            with_workload(fmt::format(R"((setsid sh -c '"$W" hold 32 >{0} & "$W" sleep $S' >/dev/null 2>&1 &); {1}; rm {0})",
                                      folder / "held", until("[ -s " + (folder / "held") + " ]")),
                          sleep);
        const auto series = measure({"--source", source, "-r", "4"}, {"sh", "-c", script});
        REQUIRE(series.ended.code() == 0);
        REQUIRE(series.result.at("runs").size() == 4);
        const bool every_change_is_seen = series.result.at("measurement").at("mode") == "ebpf";
        for (const double peak : values_of(series.result, "rss_peak_bytes")) {
            CHECK((peak > 32 * mib || !every_change_is_seen));
            CHECK(peak < 60 * mib);
        }
        CHECK(series.result.at("measurement").at("lost_events") == 0);
        CHECK(running(sleep) >= 4);
        for (const auto& run : series.result.at("runs"))
            for (const auto& row : run.at("processes").at("recorded"))
                if (row.at("end_seconds").is_null()) ::kill(row.at("pid").get<pid_t>(), SIGKILL);
    }
}

TEST_CASE("each run has its own cgroup, its own peak there and its own physical memory", "[privileged]") {
    if (skipped(no_ebpf()) || skipped(no_memory_cgroup())) return;
    const TemporaryFolder folder;
    // 64 MiB in the first run, 16 in those after it.
    const auto script =
        fmt::format("if [ -e {0} ]; then exec '{1}' memory-spike 8 8 1; fi; : >{0}; exec '{1}' memory-spike 8 56 1",
                    folder / "second", workload_path());
    const auto series = measure({"--source", "ebpf", "--exact-memory", "-r", "3"}, {"sh", "-c", script});
    REQUIRE(series.result.at("runs").size() == 3);
    std::vector<std::string> keys{"cgroup_memory_peak_bytes", "rss_peak_bytes"};
    if (kernel_at_least(6, 13)) keys.emplace_back("anon_peak_bytes");
    for (const auto& key : keys) {
        CAPTURE(key);
        const auto values = values_of(series.result, key);
        CHECK(values[0] > 64 * mib);
        for (std::size_t i = 1; i < values.size(); ++i) {
            CHECK(values[i] > 16 * mib);
            CHECK(values[i] < 24 * mib);
        }
    }
}

TEST_CASE("a run that fails ends the series with its code, and what was measured is written") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto script = fmt::format("[ ! -e {0} ] || exit 7; : >{0}", folder / "second");
        const auto series = measure({"--source", source, "-r", "5"}, {"sh", "-c", script});
        CHECK(series.ended.code() == 7);
        REQUIRE(series.result.at("runs").size() == 2);
        CHECK(series.result.at("runs").at(0).at("exit").at("code") == 0);
        CHECK(series.result.at("runs").at(1).at("exit").at("code") == 7);
        CHECK(series.result.at("summary").at("wall_seconds").at("n") == 2);
        CHECK(series.result.at("complete") == true);
    }
}

TEST_CASE("a signal that asks perfwrap to end ends the series, even if the command handles it and succeeds") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        Child child({.argv = perfwrap_words({"--source", source, "-r", "100", "-o", folder / "result.json"},
                                            workload_words({"print-signals"}))});
        REQUIRE(child.read_line() == "ready");
        ::kill(child.pid(), SIGTERM);
        const auto ended = child.wait();
        CHECK(ended.code() == 128 + SIGTERM);  // 99 runs are missing
        const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
        CHECK(result.at("runs").size() == 1);
        CHECK(result.at("complete") == true);
    }
}

TEST_CASE("a signal at any moment of a series of short runs ends it, and each run has the time that it took") {
    for (const auto& source : sources) {
        for (int i = 0; i < 12; ++i) {
            CAPTURE(source, i);
            const TemporaryFolder folder;
            const double began = monotonic_seconds();
            Child child({.argv = perfwrap_words({"--source", source, "-r", "10000", "-o", folder / "result.json"}, {"true"}),
                         .before_exec = [] { ::setpgid(0, 0); }});
            std::this_thread::sleep_for(std::chrono::microseconds(200'000 + 137 * i));  // any moment will do
            ::kill(i % 2 == 0 ? -child.pid() : child.pid(), SIGTERM);
            CHECK(child.wait().code() == 128 + SIGTERM);
            const double took = monotonic_seconds() - began;
            const auto text = read_file(folder / "result.json");
            if (text.empty()) continue;  // not one run was over
            const auto result = nlohmann::json::parse(text);
            for (const auto& run : result.at("runs")) CHECK(run.at("metrics").at("wall_seconds") < took);
        }
    }
}

TEST_CASE("processes that an earlier run left alive and that go on forking and ending are in no later run",
          "[privileged][long]") {
    if (skipped(no_ebpf())) return;
    const TemporaryFolder folder;
    // Every second run leaves two chains of forks and ends; the runs between only wait.
    const auto script = fmt::format(
        "if [ -e {0} ]; then rm {0}; exec sleep 0.05; fi; : >{0}; "
        "for i in 1 2; do (i=0; while [ $i -lt 150 ]; do (:); i=$((i+1)); done) >/dev/null 2>&1 & done; exit 0",
        folder / "odd");
    const auto series = measure({"--source", "ebpf", "-r", long_form() ? "400" : "60"}, {"sh", "-c", script});
    REQUIRE(series.ended.code() == 0);
    for (std::size_t i = 1; i < series.result.at("runs").size(); i += 2) {
        CAPTURE(i);
        const auto& run = series.result.at("runs").at(i);
        CHECK(run.at("metrics").at("processes_started") == 2);  // rm, and the shell that becomes sleep
        CHECK(run.at("metrics").at("rss_average_bytes") > 0);
        for (const auto& processes : run.at("timeline").at("processes")) CHECK(processes <= 2);
    }
}

TEST_CASE("the result so far of a series has the runs that have ended and the current one") {
    const TemporaryFolder folder;
    const auto so_far = folder / "result.json.partial";
    const auto script = fmt::format("if [ ! -e {0} ]; then : >{0}; exit 0; fi; {1}; cat {2}", folder / "second",
                                    until("grep -q '\"index\": 1' " + so_far + " 2>/dev/null"), so_far);
    const auto ended =
        run({.argv = perfwrap_words({"--checkpoint", "5ms", "-r", "2", "-o", folder / "result.json"}, {"sh", "-c", script})});
    REQUIRE(ended.code() == 0);
    const auto partial = nlohmann::json::parse(ended.out);
    CHECK(partial.at("complete") == false);
    REQUIRE(partial.at("runs").size() == 2);
    CHECK(partial.at("runs").at(0).at("exit").at("code") == 0);
    CHECK(partial.at("runs").at(1).at("exit").at("code").is_null());
    CHECK(folder.names() == std::set<std::string>{"result.json", "second"});
}

TEST_CASE("an alarm that was set for the command is set for each run of it") {
    const auto wrapped =
        run({.argv = perfwrap_words({"-r", "3"}, workload_words({"show-launch"})), .before_exec = [] { ::alarm(1000); }});
    REQUIRE(wrapped.code() == 0);
    const std::string alarm = "timer 0: runs";
    std::size_t found = 0;
    for (auto at = wrapped.out.find(alarm); at != std::string::npos; at = wrapped.out.find(alarm, at + 1)) ++found;
    CHECK(found == 3);
}

TEST_CASE("many short runs give a valid file with the metrics of every run", "[long]") {
    const std::size_t count = long_form() ? 3000 : 100;
    const auto series = measure(with_runs({"--source", "procfs"}, count), {"true"});
    REQUIRE(series.result.at("runs").size() == count);
    CHECK(series.result.dump().size() < 16 * 1024 * 1024);
    CHECK(values_of(series.result, "wall_seconds").size() == count);
}

}  // namespace perfwrap::test
