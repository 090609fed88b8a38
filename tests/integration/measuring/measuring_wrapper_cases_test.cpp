// The cases that GNU time, BenchExec's runexecutor, con/duct, cgmemtime and prmon test as wrappers, applied to perfwrap.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/support/units.hpp"

namespace perfwrap::test {
namespace {

// Rows of the process table whose argv begins with these words.
long rows(const nlohmann::json& run, const Words& begin) {
    return std::ranges::count_if(run.at("processes").at("recorded"), [&](const nlohmann::json& row) {
        const auto command = row.at("command").get<Words>();
        return command.size() >= begin.size() && std::equal(begin.begin(), begin.end(), command.begin());
    });
}

}  // namespace

TEST_CASE("GNU time: the exit status is the command's, 128 and the signal's number, 127 or 126") {
    const TemporaryFolder folder;
    write_file(folder / "no-program", "text");
    const std::vector<std::pair<Words, int>> endings{
        {{"true"}, 0},
        {{"false"}, 1},
        {{"sh", "-c", "exit 125"}, 125},
        {{"sh", "-c", "exit 126"}, 126},
        {{"sh", "-c", "exit 127"}, 127},
        {{"sh", "-c", "exit 255"}, 255},
        {{"sh", "-c", "kill -USR1 $$"}, 128 + SIGUSR1},
        {{"sh", "-c", "kill -KILL $$"}, 128 + SIGKILL},
        {{folder / "no-program"}, 126},
        {{"/"}, 126},
        {{folder / "missing"}, 127},
        {{"perfwrap-no-such-command"}, 127},
    };
    for (const auto& source : sources) {
        for (const auto& [command, code] : endings) {
            CAPTURE(source, command);
            CHECK(run({.argv = perfwrap_words({"--source", source}, command)}).code() == code);
        }
    }
}

TEST_CASE("GNU time: the maximum resident set size of a small command is not that of its wrapper") {
    constexpr double more_than_true_needs = 2.5 * mib;
    for (int i = 0; i < 40; ++i) {
        const auto measured = measure({"--source", "procfs"}, {"true"});
        REQUIRE(measured.ended.code() == 0);
        // Memory is absent if there was no sample during its life.
        for (const auto* key : {"largest_process_rss_peak_bytes", "rss_peak_bytes"})
            if (measured.run().at("metrics").contains(key)) CHECK(measured.metric(key) < more_than_true_needs);
        CHECK(measured.metric("threads_peak") == 1);
    }
}

TEST_CASE("BenchExec: standard input is a pipe, a file, or nothing, and the command reads it to its end") {
    const TemporaryFolder folder;
    write_file(folder / "input", "from a file\n");
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto cat = perfwrap_words({"--source", source}, {"cat"});
        CHECK(run({.argv = cat, .input = "from a pipe\n"}).out == "from a pipe\n");
        CHECK(
            run({.argv = cat, .before_exec = [&] { ::dup2(::open((folder / "input").c_str(), O_RDONLY), STDIN_FILENO); }}).out ==
            "from a file\n");
        const auto nothing = run({.argv = cat, .before_exec = [] { ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO); }});
        CHECK(nothing.out.empty());
        CHECK(nothing.code() == 0);
    }
}

TEST_CASE("BenchExec: a command that stopped itself ends at the time limit, and the stop is reported") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        Child child({.argv = perfwrap_words({"--source", source, "--timeout", "1s", "-o", folder / "result.json"},
                                            {"sh", "-c", "kill -STOP $$; exit 0"})});
        const auto command_stopped = [&] {
            return std::ranges::any_of(children_of(child.pid()), [](pid_t pid) { return state_of(pid) == 'T'; });
        };
        bool stopped = false;
        await("the stop or the end", [&] { return (stopped = command_stopped()) || !is_running(child.pid()); });
        CHECK(child.wait().code() == 124);
        const auto run = nlohmann::json::parse(read_file(folder / "result.json")).at("runs").at(0);
        CHECK(run.at("exit").at("timed_out") == true);
        CHECK(run.at("metrics").at("wall_seconds") >= 1);
        // On a slow machine the limit may come before the stop.
        if (stopped) CHECK(run.at("stopped_seconds") > 0);
    }
}

TEST_CASE("BenchExec: a command that computes or sleeps past the time limit is ended, and what it used is reported") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto sleeping = measure({"--source", source, "--timeout", "500ms"}, {"sleep", "60"});
        CHECK(sleeping.ended.code() == 124);
        CHECK(sleeping.run().at("exit").at("signal") == "SIGTERM");
        CHECK(sleeping.metric("cpu_seconds") < 0.5);
        const auto computing = measure({"--source", source, "--timeout", "500ms"}, {"sh", "-c", "while :; do :; done"});
        CHECK(computing.ended.code() == 124);
        CHECK(computing.metric("cpu_seconds") > 0);
    }
}

TEST_CASE("BenchExec: a limit that is not reached changes nothing") {
    for (const auto& source : sources) {
        const auto measured = measure({"--source", source, "--timeout", "1h"}, {"sh", "-c", "exit 3"});
        CHECK(measured.ended.code() == 3);
        CHECK(measured.run().at("exit").at("timed_out") == false);
    }
}

TEST_CASE("BenchExec: if a wrapper and one within it both have a time limit, the inner one ends the command") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto inner =
            perfwrap_words({"--source", source, "--timeout", "500ms", "-o", folder / "inner.json"}, {"sleep", "60"});
        const auto outer = measure({"--source", source, "--timeout", "60s"}, inner);
        CHECK(outer.ended.code() == 124);
        CHECK(outer.run().at("exit").at("code") == 124);
        CHECK(outer.run().at("exit").at("timed_out") == false);
        const auto inner_result = nlohmann::json::parse(read_file(folder / "inner.json"));
        CHECK(inner_result.at("runs").at(0).at("exit").at("timed_out") == true);
    }
}

TEST_CASE("duct: no child is missed, whether plain, of a subshell, under nohup or in a session of its own") {
    const std::vector<std::pair<std::string, std::string>> ways{
        {"plain", "for i in $(seq $N); do $W stay & done; wait"},
        {"subshell", "(for i in $(seq $N); do $W stay & done; wait)"},
        {"nohup", "for i in $(seq $N); do nohup $W stay >/dev/null 2>&1 & done; wait"},
        {"setsid", "for i in $(seq $N); do setsid $W stay & done; wait"},
        {"left by parents that ended", "for i in $(seq $N); do ($W stay &) done | cat"},  // which ends with the last of them
    };
    for (const auto& source : sources) {
        for (const auto& [way, script] : ways) {
            for (const int children : {1, 2, 10}) {
                DYNAMIC_SECTION(children << " " << way << ", --source " << source) {
                    const auto measured = measure(
                        {"--source", source}, {"bash", "-c", fmt::format("W='{}'; N={}; {}", workload_path(), children, script)});
                    REQUIRE(measured.ended.code() == 0);
                    CHECK(rows(measured.run(), {workload_path(), "stay"}) == children);
                    if (measured.result.at("measurement").at("mode") == "ebpf") {
                        const auto& table = measured.run().at("processes");
                        CHECK(measured.metric("processes_started") == static_cast<double>(table.at("recorded").size()));
                        CHECK(table.at("omitted").at("count") == 0);
                    }
                }
            }
        }
    }
}

TEST_CASE("cgmemtime: the peak is that of the tree, not of its largest process") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto measured = measure_workload({"--source", source}, {"memory-four", "0", "2"});
        CHECK(measured.metric("rss_peak_bytes") >= 100 * mib);
        CHECK(measured.metric("largest_process_rss_peak_bytes") >= 40 * mib);
        CHECK(measured.metric("largest_process_rss_peak_bytes") < 60 * mib);
    }
}

TEST_CASE("cgmemtime: the peak of the group counts pages that forked processes share once") {
    if (skipped(no_memory_cgroup())) return;
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto measured = measure_workload({"--source", source, "--cgroup"}, {"memory-fork", "64", "4", "2"});
        CHECK(measured.metric("cgroup_memory_peak_bytes") >= 64 * mib);
        CHECK(measured.metric("cgroup_memory_peak_bytes") < 128 * mib);
        CHECK(measured.metric("rss_peak_bytes") >= 5 * 64 * mib);
    }
}

TEST_CASE("prmon: children that live half as long as their parent are fully counted, and the exit code 43 is passed on") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto measured =
            measure({"--source", source}, {"bash", "-c", fmt::format("'{}' cpu-together 300 300 600; exit 43", workload_path())});
        CHECK(measured.ended.code() == 43);
        CHECK(measured.metric("cpu_seconds") >= 1.19);
        CHECK(rows(measured.run(), {workload_path(), "cpu-together"}) == 4);
        CHECK(measured.metric("processes_peak") == 5);
    }
}

}  // namespace perfwrap::test
