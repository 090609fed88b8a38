// CPU time of the tree, compared with the counter of a cgroup, which does not depend on processes, parents or reaping.
#include <fmt/format.h>

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "tests/integration/support/cgroups.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

enum class Reaping { waited_for, lost };

struct CpuWorkload {
    std::string_view what;
    Words words;
    int exit_code;
    Reaping reaping;  // whether wait4 reports the CPU time of every process to its parent
};

const std::vector<CpuWorkload> workloads{
    {"500 children of 2 ms each", {"cpu-children", "500", "2"}, 0, Reaping::waited_for},
    {"a double-forked setsid daemon of 0.5 s", {"cpu-daemon", "500", "100"}, 0, Reaping::waited_for},
    {"4 threads whose leader exits first", {"cpu-leader-exits", "4", "250"}, 0, Reaping::waited_for},
    {"100 children of a parent that ignores SIGCHLD", {"cpu-sigchld-ignored", "100", "5"}, 0, Reaping::lost},
    {"a holder of 1.5 GiB that dies", {"cpu-holder", "1536"}, 0, Reaping::waited_for},
    {"a chain of 20 execs, half of them by a thread", {"cpu-exec-chain", "20", "10"}, 0, Reaping::waited_for},
    {"50 vfork and 50 posix_spawn children", {"cpu-spawn", "50", "5"}, 0, Reaping::waited_for},
    {"a thread of the kernel's own within the process", {"cpu-io-uring", "200"}, 0, Reaping::waited_for},
    {"a process killed by SIGKILL", {"cpu-killed", "300", "9"}, 137, Reaping::waited_for},
    {"a name made to break parsers", {"hostile-comm", "200"}, 0, Reaping::waited_for},
};

constexpr double tolerance = thread_sanitizer ? cpu_tolerance : 0.02;

struct Comparison {
    double cgroup_seconds;
    Measured measured;
    double perfwrap_seconds() const { return measured.metric("cpu_seconds"); }
    // What the launcher uses between its exec and its move into the cgroup is in perfwrap's total but not in the cgroup's.
    double at_most() const { return (1 + tolerance) * cgroup_seconds + measured.launcher_seconds_at_most; }
    double at_least() const { return (1 - tolerance) * cgroup_seconds; }
    // What a child uses after its parent has seen it dead is only in the cgroup's counter.
    double at_least_of_waited_for() const { return (1 - tolerance) * measured.truth.value("cpu_seconds_rusage", cgroup_seconds); }
};

Comparison compare(const std::string& source, const CpuWorkload& workload, const CpuCgroup& cgroup) {
    Comparison comparison{.cgroup_seconds = 0, .measured = measure_workload({"--source", source}, workload.words, cgroup.path())};
    comparison.cgroup_seconds = cgroup.cpu_seconds();
    const auto& ended = comparison.measured.ended;
    INFO(ended.err);
    REQUIRE(ended.code() == workload.exit_code);
    REQUIRE(comparison.measured.result.at("measurement").at("mode") == source);
    const auto measured = comparison.perfwrap_seconds();
    fmt::print("| {} | {} | {:.4f} | {:.4f} | {:+.2f} % |\n", workload.what, source, comparison.cgroup_seconds, measured,
               100 * (measured / comparison.cgroup_seconds - 1));
    return comparison;
}

std::optional<std::string> no_cgroup() {
    const auto cgroup = CpuCgroup::make();
    return cgroup ? std::nullopt : std::optional(cgroup.error());
}

}  // namespace

TEST_CASE("eBPF mode counts the CPU of every process of the tree within 2 % of the cgroup", "[privileged]") {
    if (skipped(no_ebpf()) || skipped(no_cgroup())) return;
    for (const auto& workload : workloads) {
        DYNAMIC_SECTION(workload.what) {
            const auto cgroup = CpuCgroup::make();
            const auto comparison = compare("ebpf", workload, *cgroup);
            CHECK(comparison.perfwrap_seconds() <= comparison.at_most());
            CHECK(comparison.perfwrap_seconds() >= comparison.at_least());
            CHECK(comparison.measured.metric("processes_started") ==
                  comparison.measured.truth.at("processes_started").get<double>());
            CHECK(comparison.measured.result.at("measurement").at("lost_events") == 0);
        }
    }
}

TEST_CASE("eBPF mode counts every thread of a process whose leader exits first", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const auto measured = measure_workload({"--source", "ebpf"}, {"cpu-leader-exits", "4", "50"});
    CHECK(measured.metric("threads_started") == 5);
    CHECK(measured.metric("threads_peak") == 5);
    CHECK(measured.metric("processes_peak") == 1);
}

TEST_CASE("procfs mode is as exact wherever a parent calls wait4, and never above the truth", "[privileged]") {
    if (skipped(no_cgroup())) return;
    for (const auto& workload : workloads) {
        DYNAMIC_SECTION(workload.what) {
            const auto cgroup = CpuCgroup::make();
            const auto comparison = compare("procfs", workload, *cgroup);
            CHECK(comparison.perfwrap_seconds() <= comparison.at_most());
            if (workload.reaping == Reaping::waited_for)
                CHECK(comparison.perfwrap_seconds() >= comparison.at_least_of_waited_for());
        }
    }
}

}  // namespace perfwrap::test
