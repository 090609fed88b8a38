// Very many, very large, very odd: perfwrap counts it all, stays small and lets it through.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <thread>

#include "tests/integration/support/cgroups.hpp"
#include "tests/integration/support/memory_bounds.hpp"
#include "tests/integration/support/ordinary_user.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

const Words counts{"processes_started", "processes_peak", "threads_started", "threads_peak"};

void check_counts(const Measured& measured) {
    CHECK(measured.result.at("measurement").at("lost_events") == 0);
    for (const auto& key : counts) {
        CAPTURE(key);
        if (measured.truth.contains(key)) CHECK(measured.metric(key) == measured.truth.at(key).get<double>());
    }
}

Words usable_sources() {
    const auto reason = no_ebpf();
    if (!reason) return {"procfs", "ebpf"};
    WARN("only through procfs: " + *reason);
    return {"procfs"};
}

// A workload that starts and holds little memory itself.
void check_crowd(const std::string& source, const Words& workload, const std::string& cgroup = "") {
    const auto measured = measure_workload({"--source", source}, workload, cgroup);
    INFO(measured.ended.err);
    REQUIRE(measured.ended.code() == 0);
    REQUIRE_FALSE(measured.truth.is_null());
    if (source == "ebpf") check_counts(measured);
    CHECK_FALSE(measured.run().at("processes").at("recorded").empty());
    CHECK(measured.run().at("processes").at("recorded").size() <= 1000);
    check_own_memory(measured.ended);
}

// perfwrap with what stands before it on the command line, as unshare(1) does.
Measured measure_behind(const Words& wrapper, const Words& options, const Words& command) {
    const TemporaryFolder folder;
    Words words = wrapper;
    auto all = options;
    all.insert(all.end(), {"-o", folder / "result.json"});
    for (const auto& word : perfwrap_words(all, command)) words.push_back(word);
    Measured measured{.ended = run({.argv = words}), .result = {}, .truth = {}};
    const auto text = read_file(folder / "result.json");
    if (!text.empty()) measured.result = nlohmann::json::parse(text);
    return measured;
}

// Why namespaces of these kinds cannot be made: as unshare(1) takes them.
std::optional<std::string> no_namespaces(const Words& options) {
    Words words{"unshare"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back("true");
    const auto ended = run({.argv = words});
    return ended.code() == 0 ? std::nullopt : std::optional(fmt::format("unshare cannot make them: {}", ended.err));
}

}  // namespace

TEST_CASE("20,000 short children leave perfwrap small") { check_crowd("procfs", {"process-storm", "20000"}); }

TEST_CASE("5,000 processes at once leave perfwrap small") { check_crowd("procfs", {"live-processes", "5000"}); }

TEST_CASE("5,000 processes at once are all counted, and leave perfwrap small", "[privileged][alone]") {
    if (skipped(no_ebpf())) return;
    check_crowd("ebpf", {"live-processes", "5000"});
}

TEST_CASE("a perfwrap that is kept from reading what the kernel tells loses no process", "[privileged][alone]") {
    if (skipped(no_ebpf())) return;
    const TemporaryFolder folder;
    const auto script = fmt::format("echo ready; sleep 0.3; {} process-storm 5000 & {} process-storm 5000; wait; : >'{}'",
                                    workload_path(), workload_path(), folder / "over");
    Child perfwrap({.argv = perfwrap_words({"--source", "ebpf", "-o", folder / "result.json"}, {"sh", "-c", script})});
    REQUIRE(perfwrap.read_line() == "ready");
    ::kill(perfwrap.pid(), SIGSTOP);
    for (int i = 0; i < 6000 && !std::filesystem::exists(folder / "over"); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    ::kill(perfwrap.pid(), SIGCONT);
    REQUIRE(perfwrap.wait().code() == 0);
    const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
    CHECK(result.at("measurement").at("lost_events") == 0);
    const auto& run = result.at("runs").at(0);
    CHECK(run.at("metrics").at("processes_started") == 10004);
    CHECK(run.at("processes").at("recorded").size() + run.at("processes").at("omitted").at("count").get<std::size_t>() == 10004);
}

TEST_CASE("2,000 threads at once leave perfwrap small") { check_crowd("procfs", {"live-threads", "2000"}); }

TEST_CASE("2,000 threads at once are all counted", "[privileged][alone]") {
    if (skipped(no_ebpf())) return;
    check_crowd("ebpf", {"live-threads", "2000"});
}

TEST_CASE("a command that forks until the kernel refuses is measured to its end", "[privileged]") {
    const auto cgroup = PidsCgroup::make(200);
    if (skipped(cgroup ? std::nullopt : std::optional(cgroup.error()))) return;
    for (const auto& source : usable_sources()) check_crowd(source, {"fork-until-refused"}, cgroup->path());
}

TEST_CASE("processes that had the same process id one after the other are told apart", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const auto measured = measure_workload({"--source", "ebpf"}, {"same-pid", "20"});
    REQUIRE(measured.ended.code() == 0);
    check_counts(measured);
    std::set<int> codes, pids;
    for (const auto& row : measured.run().at("processes").at("recorded")) {
        codes.insert(row.at("exit").at("code").get<int>());
        pids.insert(row.at("pid").get<int>());
    }
    CHECK(codes.size() == 21);
    CHECK(pids.size() == 2);
}

TEST_CASE("process ids that come round many times confuse nothing", "[privileged]") {
    if (skipped(not_root()) ||
        skipped(kernel_at_least(6, 14)
                    ? std::nullopt
                    : std::optional<std::string>("before Linux 6.14 all pid namespaces share the largest process id")))
        return;
    const Words few_pids{"unshare", "-p", "-f", "--mount-proc", "sh", "-c", "echo 400 > /proc/sys/kernel/pid_max && exec \"$@\"",
                         "sh"};
    for (const auto& source : usable_sources()) {
        CAPTURE(source);
        const auto measured = measure_behind(few_pids, {"--source", source}, workload_words({"process-storm", "1200"}));
        INFO(measured.ended.err);
        REQUIRE(measured.ended.code() == 0);
        for (const auto& row : measured.run().at("processes").at("recorded")) CHECK(row.at("pid").get<int>() < 400);
        if (source == "ebpf") CHECK(measured.metric("processes_started") == 1201);
    }
}

TEST_CASE("two perfwraps at once count their own trees", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const TemporaryFolder folder;
    const auto start = [&](const std::string& name, const std::string& count) {
        return Child(
            {.argv = perfwrap_words({"--source", "ebpf", "-o", folder / name}, workload_words({"process-storm", count}))});
    };
    Child first = start("first.json", "2000");
    Child second = start("second.json", "1000");
    REQUIRE(first.wait().code() == 0);
    REQUIRE(second.wait().code() == 0);
    const auto started = [&](const std::string& name) {
        return nlohmann::json::parse(read_file(folder / name)).at("runs").at(0).at("metrics").at("processes_started");
    };
    CHECK(started("first.json") == 2001);
    CHECK(started("second.json") == 1001);
}

TEST_CASE("a perfwrap in a perfwrap in a perfwrap counts what is below it", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const TemporaryFolder folder;
    Words command = workload_words({"process-storm", "300"});
    for (const std::string name : {"inner.json", "middle.json", "outer.json"})
        command = perfwrap_words({"--source", "ebpf", "-o", folder / name}, command);
    REQUIRE(run({.argv = command}).code() == 0);
    // Itself, its witness of the group, and LeakSanitizer's helper.
    constexpr int of_a_perfwrap = sanitized && !thread_sanitizer ? 3 : 2;
    int processes = 301;
    for (const std::string name : {"inner.json", "middle.json", "outer.json"}) {
        CAPTURE(name);
        const auto result = nlohmann::json::parse(read_file(folder / name));
        CHECK(result.at("measurement").at("lost_events") == 0);
        CHECK(result.at("runs").at(0).at("metrics").at("processes_started") == processes);
        processes += of_a_perfwrap;
    }
}

TEST_CASE("whichever standard streams are closed, they are closed to the command, and it is measured") {
    for (const std::string source : {"auto", "procfs"})
        for (int closed = 1; closed < 8; ++closed) {
            CAPTURE(source, closed);
            const TemporaryFolder folder;
            const auto close_some = [&] {
                for (const int descriptor : {0, 1, 2})
                    if (closed & 1 << descriptor) ::close(descriptor);
            };
            // What test(1) says of each, so that nothing is opened on the way.
            const Words command{"sh", "-c",
                                "sum=0; for n in 0 1 2; do [ -e /proc/$$/fd/$n ] || sum=$((sum + (1 << n))); done; exit $sum"};
            CHECK(run({.argv = command, .before_exec = close_some}).code() == closed);
            const auto ended = run(
                {.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"}, command), .before_exec = close_some});
            CHECK(ended.code() == closed);
            CHECK(ended.out.empty());
            CHECK(ended.err.empty());
            CHECK(nlohmann::json::parse(read_file(folder / "result.json")).at("runs").at(0).at("exit").at("code") == closed);
        }
}

TEST_CASE("a summary without a standard error goes nowhere, least of all into the result") {
    const TemporaryFolder folder;
    const auto ended = run({.argv = {perfwrap_path(), "-o", folder / "result.json", "--", "true"}, .before_exec = [] {
                                for (const int descriptor : {0, 1, 2}) ::close(descriptor);
                            }});
    CHECK(ended.code() == 0);
    CHECK(nlohmann::json::parse(read_file(folder / "result.json")).at("schema") == "perfwrap-result/1");
}

TEST_CASE("arguments and an environment as large as the kernel takes them reach the command") {
    // MAX_ARG_STRLEN, its NUL included. The sum is a quarter of the stack's limit, 2 MiB; perfwrap's own words need some room.
    const std::string largest(128 * 1024 - 1, 'x');
    const auto arrange = [&] {
        constexpr rlimit stack{8 << 20, 8 << 20};
        ::setrlimit(RLIMIT_STACK, &stack);
        for (int i = 0; i < 7; ++i) ::setenv(fmt::format("LARGE{}", i).c_str(), largest.substr(7).c_str(), 1);
    };
    Words command{"sh", "-c", "cat /proc/$$/cmdline /proc/$$/environ | sha1sum; exit 9", "sh"};
    command.insert(command.end(), 8, largest);
    const auto bare = run({.argv = command, .before_exec = arrange});
    REQUIRE(bare.code() == 9);
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        const TemporaryFolder folder;
        const auto wrapped =
            run({.argv = perfwrap_words({"--source", source, "-o", folder / "result.json"}, command), .before_exec = arrange});
        CHECK(wrapped.code() == 9);
        CHECK(wrapped.out == bare.out);
        const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
        CHECK(result.at("benchmark").at("command").size() == command.size());
        CHECK((result.at("benchmark").at("command").back() == largest));
        check_own_memory(wrapped);
    }
}

TEST_CASE("a command that changes its name is the same command") {
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        const auto measured = measure_workload({"--source", source}, {"rename"});
        REQUIRE(measured.ended.code() == 0);
        if (measured.result.at("measurement").at("mode") == "ebpf") check_counts(measured);
        CHECK(measured.result.at("benchmark").at("command").at(0) == workload_path());
        // What is sampled is what a process calls itself by then.
        if (measured.result.at("measurement").at("mode") == "ebpf")
            CHECK(measured.run().at("processes").at("recorded").at(0).at("command").at(0) == workload_path());
    }
}

TEST_CASE("a set-uid program keeps its rights and is measured", "[privileged]") {
    if (skipped(not_root())) return;
    const TemporaryFolder folder;
    const auto program = folder / "id";
    std::filesystem::copy_file("/usr/bin/id", program);
    REQUIRE(::chown(program.c_str(), nobody, static_cast<gid_t>(-1)) == 0);
    REQUIRE(::chmod(program.c_str(), 04755) == 0);
    if (skipped(run({.argv = {program, "-u"}}).out == "65534\n" ? std::nullopt
                                                                : std::optional<std::string>("set-uid bits do not count here")))
        return;
    for (const auto& source : usable_sources()) {
        CAPTURE(source);
        const auto measured = measure({"--source", source}, {"sh", "-c", program + " -u; true"});
        CHECK(measured.ended.code() == 0);
        CHECK(measured.ended.out == "65534\n");
        if (source == "ebpf") CHECK(measured.metric("processes_started") == 2);
    }
}

TEST_CASE("a command that enters new namespaces is followed", "[privileged]") {
    const Words namespaces{"-p", "-f", "-U", "-r", "-m", "--mount-proc"};
    if (skipped(no_namespaces(namespaces))) return;
    Words command{"unshare"};
    command.insert(command.end(), namespaces.begin(), namespaces.end());
    for (const auto& word : workload_words({"cpu-children", "20", "5"})) command.push_back(word);
    for (const auto& source : usable_sources()) {
        CAPTURE(source);
        const auto measured = measure({"--source", source}, command);
        CHECK(measured.ended.code() == 0);
        CHECK(measured.metric("cpu_seconds") >= 0.1);
        if (source == "ebpf") CHECK(measured.metric("processes_started") == 22);
        if (source == "ebpf") CHECK(measured.result.at("measurement").at("lost_events") == 0);
    }
}

TEST_CASE("a command that leaves perfwrap's cgroup is followed", "[privileged]") {
    const auto cgroup = CpuCgroup::make();
    if (skipped(cgroup ? std::nullopt : std::optional(cgroup.error()))) return;
    for (const auto& source : usable_sources()) {
        CAPTURE(source);
        const auto measured = measure_workload({"--source", source}, {"cpu-children", "20", "5"}, cgroup->path());
        CHECK(measured.ended.code() == 0);
        CHECK(measured.metric("cpu_seconds") >= 0.1);
        if (source == "ebpf") CHECK(measured.metric("processes_started") == 21);
    }
}

TEST_CASE("a command in a root folder without /proc is measured", "[privileged]") {
    if (skipped(not_root())) return;
    const TemporaryFolder root;
    std::filesystem::copy_file(workload_path(), root / "workload");
    for (const auto& source : usable_sources()) {
        CAPTURE(source);
        const auto measured = measure({"--source", source}, {"chroot", root.path(), "/workload", "cpu-children", "20", "5"});
        CHECK(measured.ended.code() == 0);
        CHECK(measured.metric("cpu_seconds") >= 0.1);
        if (source == "ebpf") CHECK(measured.metric("processes_started") == 21);
    }
}

TEST_CASE("a /proc that was mounted outside perfwrap's pid namespace is not taken for its own", "[privileged]") {
    if (skipped(not_root()) || skipped(no_namespaces({"-p", "-f"}))) return;
    const TemporaryFolder folder;
    const Words words = perfwrap_words({"--source", "procfs"}, {"touch", folder / "started"});
    Words behind{"unshare", "-p", "-f"};
    behind.insert(behind.end(), words.begin(), words.end());
    const auto ended = run({.argv = behind});
    CHECK(ended.code() == 125);
    CHECK_THAT(ended.err, Catch::Contains("/proc") && Catch::Contains("pid namespace"));
    CHECK_FALSE(std::filesystem::exists(folder / "started"));
    if (skipped(no_ebpf())) return;
    const auto measured =
        measure_behind({"unshare", "-p", "-f"}, {"--source", "ebpf"}, workload_words({"memory-spike", "64", "1", "300"}));
    REQUIRE(measured.ended.code() == 0);
    CHECK(measured.metric("rss_peak_bytes") > 64.0 * 1024 * 1024);
    CHECK_FALSE(measured.run().at("metrics").contains("pss_peak_bytes"));
}

TEST_CASE("more ended processes than can be watched for their reaping are said to be lost where they matter", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const auto measured = measure({"--source", "ebpf"}, {"perl", "-e", "for (1..1500) { fork or exit } sleep 1"});
    REQUIRE(measured.ended.code() == 0);
    CHECK(measured.metric("processes_started") == 1501);
    const auto lost = measured.result.at("measurement").at("lost_events").get<double>();
    CHECK(lost > 0);
    CHECK(measured.metric("processes_peak") + lost >= 1490);
}

TEST_CASE("without a /proc perfwrap says so before the command starts", "[privileged]") {
    if (skipped(not_root()) || skipped(no_namespaces({"-m"})) || skipped(sanitizer_that("needs /proc"))) return;
    const TemporaryFolder folder;
    const Words without_proc{"unshare", "-m", "sh", "-c", "umount -l /proc && exec \"$@\"", "sh"};
    const auto measured = measure_behind(without_proc, {}, {"touch", folder / "started"});
    CHECK(measured.ended.code() == 125);
    CHECK_THAT(measured.ended.err, Catch::Contains("/proc is not mounted"));
    CHECK(folder.names().empty());
}

}  // namespace perfwrap::test
