#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <map>
#include <set>

#include "exporters/json/result_reader.hpp"
#include "exporters/json/result_writer.hpp"
#include "exporters/result/metrics.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/support/outside_tool.hpp"

namespace perfwrap::test {
namespace {

double number_or_zero(const nlohmann::json& object, const char* key) {
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? 0 : found->get<double>();
}

void check_that_it_adds_up(const Measured& measured) {
    const auto& metrics = measured.run().at("metrics");
    const auto& unavailable = measured.result.at("measurement").at("unavailable");
    const auto& sources = measured.result.at("measurement").at("sources");
    for (const auto& info : metric_catalogue()) {
        const std::string key(info.key);
        CAPTURE(key);
        CHECK(metrics.contains(key) != unavailable.contains(key));
        CHECK(metrics.contains(key) == sources.contains(key));
    }
    CHECK(metrics.contains("cpu_user_seconds") == metrics.contains("cpu_system_seconds"));
    if (metrics.contains("cpu_user_seconds"))
        CHECK_THAT(metrics.at("cpu_user_seconds").get<double>() + metrics.at("cpu_system_seconds").get<double>(),
                   Catch::WithinAbs(metrics.at("cpu_seconds").get<double>(), 1e-6));

    const auto& processes = measured.run().at("processes");
    const auto& omitted = processes.at("omitted");
    double cpu_seconds = number_or_zero(omitted, "cpu_seconds");
    for (const auto& row : processes.at("recorded")) cpu_seconds += number_or_zero(row, "cpu_seconds");
    CHECK_THAT(cpu_seconds, Catch::WithinAbs(metrics.at("cpu_seconds").get<double>(), 1e-4));
    double of_programs = 0;
    std::uint64_t count = 0;
    for (const auto& program : measured.run().at("programs")) {
        of_programs += program.at("cpu_seconds").get<double>();
        if (!program.at("count").is_null()) count += program.at("count").get<std::uint64_t>();
    }
    CHECK_THAT(of_programs, Catch::WithinAbs(metrics.at("cpu_seconds").get<double>(), 1e-6));
    if (metrics.contains("processes_started")) {
        CHECK(static_cast<double>(processes.at("recorded").size()) + number_or_zero(omitted, "count") ==
              metrics.at("processes_started").get<double>());
        CHECK(count == metrics.at("processes_started").get<std::uint64_t>());
    }
}

// perfwrap itself is the only parent without a row.
void check_that_parents_have_rows(const Measured& measured) {
    std::set<int> pids;
    std::set<int> parents;
    for (const auto& row : measured.run().at("processes").at("recorded")) {
        pids.insert(row.at("pid").get<int>());
        parents.insert(row.at("parent_pid").get<int>());
    }
    for (const int pid : pids) parents.erase(pid);
    CHECK(parents.size() == 1);
}

}  // namespace

TEST_CASE("every metric is measured or unavailable with a reason, and the parts add up to the tree") {
    check_that_it_adds_up(measure_workload({"--source", "procfs"}, {"cpu-children", "100", "2"}));
    check_that_it_adds_up(measure_workload({"--source", "procfs"}, {"cpu-sigchld-ignored", "20", "5"}));
}

TEST_CASE("in eBPF mode every metric is measured or unavailable with a reason, and the parts add up to the tree",
          "[privileged]") {
    if (skipped(no_ebpf())) return;
    check_that_it_adds_up(measure_workload({"--source", "ebpf"}, {"cpu-children", "100", "2"}));
    check_that_it_adds_up(measure_workload({"--source", "ebpf"}, {"cpu-daemon", "50", "10"}));
}

TEST_CASE("more processes than rows are summed up", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const auto measured = measure_workload({"--source", "ebpf"}, {"process-storm", "3000"});
    check_that_it_adds_up(measured);
    CHECK(measured.metric("processes_started") == 3001);
    CHECK(measured.run().at("processes").at("recorded").size() == 1000);
    CHECK(measured.run().at("processes").at("omitted").at("count") == 2001);
}

TEST_CASE("of more processes than rows every program has its total, and no row lacks its parent") {
    const Words builds{"sh", "-c",
                       "for i in 1 2 3 4 5 6 7 8 9 10; do sh -c 'head -c 100000 /dev/zero | wc -c; :' > /dev/null; done; :"};
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto measured = measure({"--source", source, "--max-processes", "6"}, builds);
        check_that_it_adds_up(measured);
        check_that_parents_have_rows(measured);
        CHECK(measured.run().at("processes").at("recorded").size() <= 6);
        if (measured.result.at("measurement").at("mode") != "ebpf") continue;
        CHECK(measured.run().at("processes").at("recorded").size() == 6);
        std::map<std::string, int> counts;
        for (const auto& each : measured.run().at("programs")) counts[each.at("program")] = each.at("count").get<int>();
        CHECK(counts == std::map<std::string, int>{{"sh", 11}, {"head", 10}, {"wc", 10}});
    }
}

TEST_CASE("a run of a few clock ticks has its CPU time as a whole, and says why it is not divided") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto measured = measure({"--source", source}, {"true"});
        check_that_it_adds_up(measured);
        CHECK(measured.metric("cpu_seconds") > 0);
        CHECK_FALSE(measured.run().at("metrics").contains("cpu_user_seconds"));
        CHECK_THAT(measured.result.at("measurement").at("unavailable").at("cpu_user_seconds").get<std::string>(),
                   Catch::Contains("less than 10 clock ticks"));
        const auto longer = measure_workload({"--source", source}, {"cpu-children", "100", "2"});
        CHECK(longer.run().at("metrics").contains("cpu_user_seconds"));
    }
}

TEST_CASE("the interval in the file is that of its timeline, also once neighbours were merged", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const auto measured = measure({"--source", "ebpf", "--interval", "100us"}, {"sleep", "0.3"});
    const auto& begins = measured.run().at("timeline").at("t_seconds");
    const auto& interval = measured.result.at("measurement").at("interval_seconds");
    REQUIRE(begins.size() > 1);
    CHECK(begins.size() <= 2000);
    const auto covered_seconds = measured.metric("wall_seconds") - begins.front().get<double>();
    CHECK_THAT(interval.get<double>(), Catch::WithinRel(covered_seconds / static_cast<double>(begins.size()), 0.001));
    CHECK(interval > 0.000'15);
}

TEST_CASE("Prometheus text passes promtool") {
    if (!can_run("promtool")) return;
    const TemporaryFolder folder;
    REQUIRE(run({.argv = perfwrap_words({"-o", folder / "result.prom", "-n", "quotes \" and \\ and\nnewlines"},
                                        workload_words({"cpu-children", "10"}))})
                .code() == 0);
    const auto checked = run({.argv = {"promtool", "check", "metrics"}, .input = read_file(folder / "result.prom")});
    CHECK(checked.out + checked.err == "");
    CHECK(checked.code() == 0);
}

TEST_CASE("a process name made to break parsers is followed, and the JSON is valid") {
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        const auto measured = measure_workload({"--source", source}, {"hostile-comm", "300", "2"});
        REQUIRE(measured.ended.code() == 0);
        CHECK_THAT(measured.metric("cpu_seconds"),
                   Catch::WithinRel(measured.truth.at("cpu_seconds_at_least").get<double>(), cpu_tolerance));
        CHECK(measured.run().at("processes").at("recorded").size() == 2);
    }
}

TEST_CASE("arguments of any bytes and sizes are recorded as valid JSON") {
    const std::string large(100 * 1024, 'x');
    const Words command = workload_words({"stay", "longer", "\xff\xfe not UTF-8", "", "\x01\x1b\"\\", large});
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        const auto measured = measure({"--source", source}, command);
        REQUIRE(measured.ended.code() == 0);
        const auto& recorded = measured.result.at("benchmark").at("command");
        REQUIRE(recorded.size() == command.size());
        CHECK(recorded.at(3).get<std::string>().find(" not UTF-8") != std::string::npos);
        CHECK(recorded.at(4) == "");
        CHECK(recorded.at(5) == command[5]);
        CHECK((recorded.at(6) == large));
        CHECK(measured.run().at("processes").at("recorded").at(0).at("command").at(0) == workload_path());
    }
}

TEST_CASE("a process that overwrites all of its arguments does not reveal its environment") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto words =
            perfwrap_words({"--source", source, "--interval", "5ms", "-o", folder / "result.json"}, workload_words({"rename"}));
        REQUIRE(run({.argv = words, .before_exec = [] { ::setenv("PERFWRAP_TEST", "secret-environment", 1); }}).code() == 0);
        CHECK(read_file(folder / "result.json").find("secret-environment") == std::string::npos);
    }
}

TEST_CASE("the environment is written nowhere, arguments not to Prometheus, and with --no-arguments nowhere") {
    const auto stay =
        fmt::format("{0} stay secret-argument; exec -a 'title: secret-argument' {0} stay secret-argument", workload_path());
    for (const std::string source : {"auto", "procfs"})
        for (const bool arguments : {true, false}) {
            CAPTURE(source, arguments);
            const TemporaryFolder folder;
            Words words{perfwrap_path(), "--source", source, "-o", folder / "result.json", "-o", folder / "result.prom"};
            if (!arguments) words.push_back("--no-arguments");
            // The last process is alive at the end, and is named in a warning.
            const auto script = stay + " & sleep 600 >/dev/null 2>&1 & echo $!; disown; wait %1";
            const Words command{"bash", "-c", script, "secret-argument"};
            words.insert(words.end(), command.begin(), command.end());
            const auto ended = run({.argv = words, .before_exec = [] { ::setenv("PERFWRAP_TEST", "secret-environment", 1); }});
            ::kill(std::stoi(ended.out), SIGKILL);
            REQUIRE(ended.code() == 0);
            const auto json = read_file(folder / "result.json");
            const auto prometheus = read_file(folder / "result.prom");
            CHECK_THAT(prometheus, Catch::Contains("benchmark=\"bash\""));
            CHECK_THAT(ended.err, Catch::Contains("still running after the command ended"));
            for (const auto& text : {json, prometheus, ended.err}) CHECK(text.find("secret-environment") == std::string::npos);
            CHECK(prometheus.find("secret-argument") == std::string::npos);
            CHECK((json.find("secret-argument") != std::string::npos) == arguments);
            CHECK((ended.err.find("secret-argument") != std::string::npos) == arguments);
            if (!arguments) CHECK(nlohmann::json::parse(json).at("benchmark").at("command") == nlohmann::json{"bash"});
        }
}

TEST_CASE("names of processes are escaped on the terminal") {
    const auto ended = run({.argv = {perfwrap_path(), "bash", "-c", "exec -a $'\\e[31mred\\a' " + workload_path() + " stay"}});
    CHECK_THAT(ended.err, Catch::Contains("\\x1b[31mred\\x07"));
    CHECK(ended.err.find('\x1b') == std::string::npos);
}

TEST_CASE("name, labels, exit code and working directory are in the result") {
    const auto measured = measure({"-n", "a name", "-l", "key=value=more", "-l", "empty="}, workload_words({"exit", "7"}));
    const auto& benchmark = measured.result.at("benchmark");
    CHECK(benchmark.at("name") == "a name");
    CHECK(benchmark.at("labels") == nlohmann::json{{"key", "value=more"}, {"empty", ""}});
    CHECK(benchmark.at("working_directory") == std::filesystem::current_path().string());
    CHECK(measured.run().at("exit") == nlohmann::json{{"code", 7}, {"signal", nullptr}, {"timed_out", false}});
    CHECK(measured.result.at("schema") == "perfwrap-result/1");
}

TEST_CASE("a result file that is read and written again is unchanged") {
    for (const auto& source : sources) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto words = perfwrap_words({"--source", source, "-l", "key=\xff", "-o", folder / "result.json"},
                                          workload_words({"cpu-children", "20", "5"}));
        REQUIRE(run({.argv = words}).code() == 0);
        const auto file = read_file(folder / "result.json");
        const auto result = perfwrap::read_result(file);
        INFO((result ? "" : result.error()));
        REQUIRE(result);
        CHECK(format_json(*result) == file);
        CHECK(result->id.size() == 26);
        CHECK(result->complete);
        REQUIRE(result->runs.size() == 1);
        CHECK(result->runs[0].exit.code == 0);
        CHECK(result->summary.at(Metric::wall_seconds).median == result->runs[0].metrics[Metric::wall_seconds]);
        CHECK(result->measurement.sources.at(Metric::wall_seconds).accuracy == Accuracy{});
    }
}

TEST_CASE("a dash writes to standard output") {
    const auto ended = run({.argv = perfwrap_words({"-o", "json:-"}, {"true"})});
    CHECK(ended.code() == 0);
    CHECK(nlohmann::json::parse(ended.out).at("schema") == "perfwrap-result/1");
}

TEST_CASE("an output that fails is reported, and the others are still written") {
    const TemporaryFolder folder;
    const auto ended = run(
        {.argv = perfwrap_words({"-o", "json:/dev/full", "-o", folder / "result.json", "-o", folder / "result.prom"}, {"true"})});
    CHECK(ended.code() == 125);
    CHECK_THAT(ended.err, Catch::Contains("/dev/full"));
    CHECK(nlohmann::json::parse(read_file(folder / "result.json")).contains("runs"));
    CHECK_THAT(read_file(folder / "result.prom"), Catch::Contains("perfwrap_wall_seconds"));
    CHECK(folder.names() == std::set<std::string>{"result.json", "result.prom"});
    CHECK(std::filesystem::is_character_file("/dev/full"));
}

TEST_CASE("a result is written in one step: the previous file is complete until it is replaced") {
    const TemporaryFolder folder;
    write_file(folder / "real.json", "before");
    std::filesystem::create_symlink("real.json", folder / "result.json");
    const auto ended = run({.argv = perfwrap_words({"-o", folder / "result.json"}, {"cat", folder / "real.json"})});
    CHECK(ended.out == "before");
    CHECK(std::filesystem::is_symlink(folder / "result.json"));
    CHECK(nlohmann::json::parse(read_file(folder / "real.json")).contains("runs"));
}

TEST_CASE("doctor reports every metric, as text and as JSON") {
    const auto text = run({.argv = {perfwrap_path(), "doctor"}});
    CHECK(text.code() == 0);
    const auto json = run({.argv = {perfwrap_path(), "doctor", "--json"}});
    CHECK(json.code() == 0);
    const auto document = nlohmann::json::parse(json.out).dump();
    for (const auto& info : metric_catalogue()) {
        CAPTURE(info.key);
        CHECK(document.find(fmt::format("\"{}\"", info.key)) != std::string::npos);
        CHECK(text.out.find(info.key) != std::string::npos);
    }
}

}  // namespace perfwrap::test
