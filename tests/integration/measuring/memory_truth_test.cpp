// Memory of the tree against page table walks and clocks of the workloads themselves.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string_view>

#include "tests/integration/support/cgroups.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/memory_bounds.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/support/units.hpp"

namespace perfwrap::test {
namespace {

struct MemoryWorkload {
    std::string_view what;
    Words words;
    double relative_tolerance;
    // Keys of the result and of the workload's truth.
    Words metrics;
    Words metrics_of_exact_memory = {};  // besides, with --exact-memory
};

const std::vector<MemoryWorkload> memory_workloads{
    {"64 MiB held and a 512 MiB block for 2 ms",
     {"memory-spike", "64", "512", "2"},
     0.005,
     {"rss_peak_bytes"},
     {"anon_peak_bytes"}},
    {"10 + 20 + 30 + 40 MiB in four processes at once", {"memory-four"}, 0.005, {"rss_peak_bytes"}, {"anon_peak_bytes"}},
    {"200 MiB for 0.3 s and 50 MiB for 0.9 s",
     {"memory-profile"},
     0.01,
     {"rss_peak_bytes", "rss_average_bytes"},
     {"anon_average_bytes"}},
    {"a 1 GiB parent and its vfork child", {"memory-vfork", "1024"}, 0.005, {"rss_peak_bytes"}},
    {"256 MiB forked four times", {"memory-fork", "256", "4", "1000"}, 0.01, {"rss_peak_bytes"}, {"anon_peak_bytes"}},
    {"a memfd of 100 MiB mapped by two",
     {"memory-memfd"},
     0.01,
     {"rss_peak_bytes", "rss_shmem_peak_bytes"},
     {"shmem_peak_bytes"}},
    {"100 MiB dropped by madvise and touched elsewhere", {"memory-dontneed"}, 0.005, {"rss_peak_bytes"}},
    {"100 MiB moved, grown and shrunk by mremap", {"memory-mremap"}, 0.005, {"rss_peak_bytes"}},
    {"128 MiB of huge pages, some of them split", {"memory-thp", "on"}, 0.005, {"rss_peak_bytes"}},
    {"128 MiB of small pages", {"memory-thp", "off"}, 0.005, {"rss_peak_bytes"}},
    {"64 MiB made resident by mlock", {"memory-mlock"}, 0.005, {"rss_peak_bytes"}},
};

// What lasts many times as long as the interval between samples, PSS included, which grows with what one costs: so these are
// small.
const std::vector<MemoryWorkload> lasting_workloads{
    {"10 + 20 + 30 + 40 MiB in four processes at once", {"memory-four", "12000"}, 0.01, {"rss_peak_bytes", "pss_peak_bytes"}},
    {"64 MiB forked four times", {"memory-fork", "64", "4", "12000"}, 0.01, {"rss_peak_bytes", "pss_peak_bytes"}},
    {"a 64 MiB parent and its vfork child", {"memory-vfork", "64", "12000"}, 0.01, {"rss_peak_bytes", "pss_peak_bytes"}},
    {"a memfd of 64 MiB mapped by two", {"memory-memfd", "64", "12000"}, 0.01, {"rss_peak_bytes", "pss_peak_bytes"}},
};

// The workload's own average leaves out its start and its end, when it holds nothing.
double share_of_workload(const std::string& key, const Measured& measured) {
    if (key.find("_average_") == std::string::npos) return 1;
    return measured.metric("wall_seconds") / measured.truth.at("wall_seconds_at_least").get<double>();
}

void check_against_truth(const MemoryWorkload& workload, const Words& options, const Words& metrics) {
    const auto measured = measure_workload(options, workload.words);
    INFO(measured.ended.err);
    REQUIRE(measured.ended.code() == 0);
    for (const auto& key : metrics) {
        CAPTURE(key);
        const auto truth = measured.truth.at(key).get<double>();
        const auto value = measured.metric(key) * share_of_workload(key, measured);
        fmt::print("| {} | {} | {:.1f} MiB | {:.1f} MiB | {:+.2f} % |\n", workload.what, key, truth / mib, value / mib,
                   100 * (value / truth - 1));
        const auto untold = untold_faults_bytes(measured.truth.value("processes_started", 1.0));
        CHECK_THAT(value, Catch::WithinAbs(truth, workload.relative_tolerance * truth + untold));
    }
    CHECK(measured.result.at("measurement").at("lost_events") == 0);
}

}  // namespace

TEST_CASE("the tree's resident memory is what the page tables say", "[privileged]") {
    if (skipped(no_ebpf())) return;
    for (const auto& workload : memory_workloads) DYNAMIC_SECTION(workload.what) {
            check_against_truth(workload, {"--source", "ebpf"}, workload.metrics);
        }
}

TEST_CASE("with --exact-memory pages that processes share are counted once", "[privileged]") {
    if (skipped(no_ebpf()) || skipped(no_memory_cgroup())) return;
    for (const auto& workload : memory_workloads) DYNAMIC_SECTION(workload.what) {
            auto metrics = workload.metrics;
            if (kernel_at_least(6, 13))
                metrics.insert(metrics.end(), workload.metrics_of_exact_memory.begin(), workload.metrics_of_exact_memory.end());
            check_against_truth(workload, {"--source", "ebpf", "--exact-memory"}, metrics);
        }
}

TEST_CASE("samples see what lasts") {
    for (const auto& workload : lasting_workloads) DYNAMIC_SECTION(workload.what) {
            check_against_truth(workload, {"--source", "procfs"}, workload.metrics);
        }
}

TEST_CASE("in eBPF mode PSS is sampled beside the exact sums", "[privileged]") {
    if (skipped(no_ebpf())) return;
    for (const auto& workload : lasting_workloads) DYNAMIC_SECTION(workload.what) {
            check_against_truth(workload, {"--source", "ebpf"}, workload.metrics);
        }
}

TEST_CASE(
    "8 threads that grow and shrink at random are measured within the stated bound, from Linux 6.2 on never under the truth",
    "[privileged]") {
    if (skipped(no_ebpf())) return;
    for (const auto* seed : {"1", "2", "3"}) {
        CAPTURE(seed);
        const auto measured = measure_workload({"--source", "ebpf"}, {"memory-threads", "8", "2000", seed});
        REQUIRE(measured.ended.code() == 0);
        const double untold = untold_faults_bytes(measured.truth.at("threads_started").get<double>());
        CHECK(measured.metric("rss_peak_bytes") >= measured.truth.at("rss_peak_low_bytes").get<double>() - untold);
        CHECK(measured.metric("rss_peak_bytes") <=
              measured.truth.at("rss_peak_high_bytes").get<double>() + counter_bound_bytes());
    }
}

TEST_CASE("a process's peak is its own: nothing is inherited from before its exec", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const auto measured = measure_workload({"--source", "ebpf"}, {"memory-vfork", "256", "100"});
    double smallest = measured.metric("largest_process_rss_peak_bytes");
    CHECK(smallest > 256 * mib);
    for (const auto& row : measured.run().at("processes").at("recorded"))
        smallest = std::min(smallest, row.at("rss_peak_bytes").get<double>());
    CHECK(smallest < 8 * mib);
}

TEST_CASE("with --orphans wait the window reaches to the end of the last descendant, for averages too", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const auto measured =
        measure({"--source", "ebpf", "--exact-memory", "--orphans", "wait"}, {"sh", "-c", "sleep 0.5 & exit 0"});
    REQUIRE(measured.ended.code() == 0);
    CHECK(measured.metric("wall_seconds") >= 0.5);
    CHECK(measured.metric("rss_average_bytes") <= measured.metric("rss_peak_bytes"));
    if (measured.run().at("metrics").contains("anon_peak_bytes"))
        CHECK(measured.metric("anon_average_bytes") <= measured.metric("anon_peak_bytes"));
}

TEST_CASE("what the command leaves behind changes no figure of memory once it has ended", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const auto* const script = "'{0}' memory-spike 64 1 1000 & sleep 0.3; exit 0";
    const TemporaryFolder folder;
    Child child({.argv = perfwrap_words({"--source", "ebpf", "-o", folder / "result.json"},
                                        {"sh", "-c", fmt::format(fmt::runtime(script), workload_path())})});
    // So late does perfwrap look after the command's end.
    ::usleep(150'000);
    ::kill(child.pid(), SIGSTOP);
    ::usleep(500'000);
    ::kill(child.pid(), SIGCONT);
    REQUIRE(child.wait().code() == 0);
    const auto run = nlohmann::json::parse(read_file(folder / "result.json")).at("runs").at(0);
    const auto& metrics = run.at("metrics");
    CHECK(metrics.at("wall_seconds").get<double>() < 0.5);
    CHECK(metrics.at("rss_average_bytes").get<double>() > 16 * mib);
    CHECK(metrics.at("rss_average_bytes").get<double>() <= metrics.at("rss_peak_bytes").get<double>());
    CHECK(run.at("peak").at("at_seconds").get<double>() <= metrics.at("wall_seconds").get<double>());
}

TEST_CASE("a process that the out-of-memory killer chose is counted", "[privileged]") {
    if (skipped(no_ebpf())) return;
    if (skipped(no_memory_cgroup())) return;
    const auto cgroup = MemoryCgroup::make(64 << 20);
    const auto measured = measure_workload({"--source", "ebpf"}, {"memory-oom", "512"}, cgroup->path());
    REQUIRE(measured.ended.code() == 0);
    CHECK(measured.metric("oom_kills") == 1);
    CHECK(measured.metric("rss_peak_bytes") <= 68 * mib);
}

TEST_CASE("20,000 processes come and go without a lost event", "[privileged][alone]") {
    if (skipped(no_ebpf())) return;
    const auto measured = measure_workload({"--source", "ebpf"}, {"process-storm", "20000"});
    REQUIRE(measured.ended.code() == 0);
    CHECK(measured.metric("processes_started") == 20001);
    CHECK(measured.result.at("measurement").at("lost_events") == 0);
    CHECK_THAT(measured.metric("cpu_seconds"),
               Catch::WithinRel(measured.truth.at("cpu_seconds_rusage").get<double>(), cpu_tolerance));
    CHECK(measured.run().at("processes").at("recorded").size() <= 1000);
    check_own_memory(measured.ended);
}

}  // namespace perfwrap::test
