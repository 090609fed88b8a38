// Very many processes at once: perfwrap counts them all, reports what it had to leave out, and stays small.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "tests/integration/support/cgroups.hpp"
#include "tests/integration/support/counts.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/gate.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/long_form.hpp"
#include "tests/integration/support/memory_bounds.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

// For a workload that itself uses little memory.
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

}  // namespace

// More than the process table has rows.
TEST_CASE("thousands of short children leave perfwrap small", "[long]") {
    check_crowd("procfs", {"process-storm", long_form() ? "20000" : "4000"});
}

TEST_CASE("more processes at once than rows leave perfwrap small", "[long]") {
    check_crowd("procfs", {"live-processes", long_form() ? "5000" : "1500"});
}

TEST_CASE("more processes at once than rows are all counted, and leave perfwrap small", "[privileged][alone][long]") {
    if (skipped(no_ebpf())) return;
    check_crowd("ebpf", {"live-processes", long_form() ? "5000" : "1500"});
}

TEST_CASE("a perfwrap that cannot read the kernel's records for a while loses no process", "[privileged][alone]") {
    if (skipped(no_ebpf())) return;
    const TemporaryFolder folder;
    Gate gate;
    const auto script = fmt::format("echo ready; {1}; {0} process-storm 5000 & {0} process-storm 5000; wait; echo over",
                                    workload_path(), Gate::wait);
    Child perfwrap({.argv = perfwrap_words({"--source", "ebpf", "-o", folder / "result.json"}, {"sh", "-c", script}),
                    .before_exec = [&] { gate.hand_over(); }});
    REQUIRE(perfwrap.read_line() == "ready");
    ::kill(perfwrap.pid(), SIGSTOP);
    await("perfwrap's stop", [&] { return state_of(perfwrap.pid()) == 'T'; });
    gate.open();
    CHECK(perfwrap.read_line() == "over");
    ::kill(perfwrap.pid(), SIGCONT);
    REQUIRE(perfwrap.wait().code() == 0);
    const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
    CHECK(result.at("measurement").at("lost_events") == 0);
    const auto& run = result.at("runs").at(0);
    CHECK(run.at("metrics").at("processes_started") == 10003);
    CHECK(run.at("processes").at("recorded").size() + run.at("processes").at("omitted").at("count").get<std::size_t>() == 10003);
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

TEST_CASE("ended processes whose reaping cannot be watched are reported as lost if they matter", "[privileged]") {
    if (skipped(no_ebpf())) return;
    // Waits until all of them are zombies.
    const auto script = R"(
        for (1..1500) { my $child = fork; exit unless $child; push @children, $child }
        for my $child (@children) {
            until (open(STAT, "/proc/$child/stat") && <STAT> =~ /\) Z/) { select undef, undef, undef, 0.01 }
        })";
    const auto measured = measure({"--source", "ebpf"}, {"perl", "-e", script});
    REQUIRE(measured.ended.code() == 0);
    CHECK(measured.metric("processes_started") == 1501);
    const auto lost = measured.result.at("measurement").at("lost_events").get<double>();
    CHECK(lost > 0);
    CHECK(measured.result.at("measurement").at("lost") == nlohmann::json{{"unwatched_reapings", lost}});
    const auto& how = measured.result.at("measurement").at("sources");
    CHECK(how.at("processes_peak").at("accuracy") == "bounded by lost events: at least");
    CHECK(how.at("threads_peak").at("accuracy") == "exact");
    CHECK(how.at("processes_started").at("accuracy") == "exact");
    CHECK(measured.metric("processes_peak") + lost >= 1490);
}

}  // namespace perfwrap::test
