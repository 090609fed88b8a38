// As an ordinary user: the user nobody, if the tests run as root.
#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/ordinary_user.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
TEST_CASE("for an ordinary user perfwrap measures through procfs and says in one line where to read how to get the rest") {
    const Programs programs;
    const auto ended = run(programs.launch(
        {}, {programs.folder / "workload", "--truth", programs.folder / "truth.json", "cpu-children", "50", "10"}));
    INFO(ended.err);
    REQUIRE(ended.code() == 0);
    const auto result = nlohmann::json::parse(read_file(programs.folder / "result.json"));
    const auto truth = nlohmann::json::parse(read_file(programs.folder / "truth.json"));
    CHECK(result.at("measurement").at("mode") == "procfs");
    CHECK_THAT(result.at("runs").at(0).at("metrics").at("cpu_seconds").get<double>(),
               Catch::WithinRel(truth.at("cpu_seconds_rusage").get<double>(), cpu_tolerance));
    const auto advice = "\n  warning: measured without eBPF, so less exactly (see perfwrap doctor)\n";
    CHECK_THAT(ended.err, Catch::EndsWith(advice) && !Catch::Contains("needs eBPF"));
    const auto& unavailable = result.at("measurement").at("unavailable");
    CHECK_THAT(unavailable.at("processes_started").get<std::string>(), Catch::Contains("only eBPF can count this: "));
}

TEST_CASE("an ordinary user who asks for eBPF gets 125 before the command starts") {
    const Programs programs;
    const auto ended = run(programs.launch({"--source", "ebpf"}, {"touch", programs.folder / "started"}));
    CHECK(ended.code() == 125);
    CHECK_THAT(ended.err, Catch::Contains("eBPF", Catch::CaseSensitive::No));
    CHECK(programs.folder.names().count("started") == 0);
}

TEST_CASE("where /proc hides a process of the tree, no sum is told that lacks it", "[privileged]") {
    if (skipped(not_root())) return;
    const Programs programs;
    // A program that its user may not read makes a process that the user may not look at.
    const auto hidden = programs.folder / "hidden";
    std::filesystem::copy_file(workload_path(), hidden);
    std::filesystem::permissions(hidden, std::filesystem::perms(0111));
    for (const auto* hidepid : {"hidepid=1", "hidepid=2"}) {
        CAPTURE(hidepid);
        auto launch = programs.launch({"--source", "procfs"}, {"sh", "-c", hidden + " burn 150; exit 3"});
        launch.before_exec = [hidepid] {
            if (::unshare(CLONE_NEWNS) != 0 || ::mount("", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
                ::mount("proc", "/proc", "proc", 0, hidepid) != 0)
                ::_exit(97);
            become_nobody();
        };
        const auto ended = run(launch);
        REQUIRE(ended.code() == 3);
        const auto result = nlohmann::json::parse(read_file(programs.folder / "result.json"));
        const auto& metrics = result.at("runs").at(0).at("metrics");
        const auto& absent = result.at("measurement").at("unavailable");
        for (const auto* sum : {"rss_peak_bytes", "rss_average_bytes", "rss_anon_peak_bytes", "largest_process_rss_peak_bytes",
                                "swap_peak_bytes", "processes_peak", "threads_peak"}) {
            CAPTURE(sum);
            CHECK_FALSE(metrics.contains(sum));
            CHECK_THAT(absent.at(sum).get<std::string>(), Catch::Contains("hidepid"));
        }
        CHECK(metrics.contains("wall_seconds"));
        CHECK(metrics.at("cpu_seconds") > 0);  // it was waited for
        CHECK(result.at("runs").at(0).at("timeline").at("t_seconds").empty());
    }
}

TEST_CASE("doctor works for an ordinary user") {
    const Programs programs;
    auto launch = programs.launch({}, {});
    launch.argv = {programs.folder / "perfwrap", "doctor"};
    const auto ended = run(launch);
    CHECK(ended.code() == 0);
    CHECK_THAT(ended.out, Catch::Contains("procfs"));
}

}  // namespace perfwrap::test
