// Memory of the tree, compared with the page tables and clocks as read by the workloads themselves.
#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <filesystem>
#include <string_view>
#include <thread>

#include "tests/integration/support/cgroups.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/long_form.hpp"
#include "tests/integration/support/memory_bounds.hpp"
#include "tests/integration/support/own_copy_of_workload.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/integration/support/times.hpp"
#include "tests/support/units.hpp"

namespace perfwrap::test {
namespace {

struct MemoryWorkload {
    std::string_view what;
    Words words;
    double relative_tolerance;
    // Keys of the result and of the workload's truth.
    Words metrics;
    Words metrics_of_exact_memory = {};  // additional ones, with --exact-memory
};

const std::vector<MemoryWorkload> memory_workloads{
    {"64 MiB held and a 512 MiB block for 2 ms",
     {"memory-spike", "64", "512", "2"},
     0.005,
     {"rss_peak_bytes"},
     {"anon_peak_bytes"}},
    {"10 + 20 + 30 + 40 MiB in four processes at once", {"memory-four", "0"}, 0.005, {"rss_peak_bytes"}, {"anon_peak_bytes"}},
    {"200 MiB for 0.1 s and 50 MiB for 0.3 s",
     {"memory-profile", "200", "100", "50", "300"},
     0.01,
     {"rss_peak_bytes", "rss_average_bytes"},
     {"anon_average_bytes"}},
    {"a 1 GiB parent and its vfork child", {"memory-vfork", "1024"}, 0.005, {"rss_peak_bytes"}},
    {"256 MiB forked four times", {"memory-fork", "256", "4"}, 0.01, {"rss_peak_bytes"}, {"anon_peak_bytes"}},
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

// Memory that is held until it has been seen: for the last figure, twice. Sampling PSS takes time, and the more it takes, the
// later is the next sample: so these are small.
const std::vector<MemoryWorkload> lasting_workloads{
    {"10 + 20 + 30 + 40 MiB in four processes at once", {"memory-four", "0", "2"}, 0.01, {"rss_peak_bytes", "pss_peak_bytes"}},
    {"64 MiB forked four times", {"memory-fork", "64", "4", "2"}, 0.01, {"rss_peak_bytes", "pss_peak_bytes"}},
    {"a 64 MiB parent and its vfork child", {"memory-vfork", "64", "2"}, 0.01, {"rss_peak_bytes", "pss_peak_bytes"}},
    {"a memfd of 64 MiB mapped by two", {"memory-memfd", "64", "2"}, 0.01, {"rss_peak_bytes", "pss_peak_bytes"}},
};

struct Truth {
    double bytes;
    double at_most_more_bytes;
};

// The workload's own average does not include its start and its end, when it holds no blocks.
Truth truth_of(const std::string& key, const Measured& measured) {
    const auto bytes = measured.truth.at(key).get<double>();
    if (key.find("_average_") == std::string::npos) return {bytes, 0};
    const auto share = measured.truth.at("wall_seconds_at_least").get<double>() / measured.metric("wall_seconds");
    return {bytes * share, measured.truth.at("rss_bytes_outside").get<double>() * (1 - share)};
}

// Before Linux 6.2, what /proc leaves out of a process besides its last faults on anonymous memory: one fault maps 16 pages of a
// file, so that the pages of a small program may all be missing.
double unreported_program_bytes(double processes) {
    return kernel_at_least(6, 2) ? 0 : processes * static_cast<double>(std::filesystem::file_size(workload_path()));
}

void check_against_truth(const MemoryWorkload& workload, const Words& options, const Words& metrics) {
    const auto measured = measure_workload(options, workload.words);
    INFO(measured.ended.err);
    REQUIRE(measured.ended.code() == 0);
    for (const auto& key : metrics) {
        CAPTURE(key);
        const auto [truth, at_most_more] = truth_of(key, measured);
        const auto value = measured.metric(key);
        fmt::print("| {} | {} | {:.1f} MiB | {:.1f} MiB | {:+.2f} % |\n", workload.what, key, truth / mib, value / mib,
                   100 * (value / truth - 1));
        const auto processes = measured.truth.value("processes_started", 1.0);
        const auto untold = untold_faults_bytes(processes);
        const bool counters_of_proc = key == "rss_peak_bytes" && options.back() == "procfs";
        const auto unreported = counters_of_proc ? unreported_program_bytes(processes) : 0;
        CHECK(value >= truth * (1 - workload.relative_tolerance) - untold - unreported);
        CHECK(value <= truth * (1 + workload.relative_tolerance) + untold + at_most_more);
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
    const OwnCopyOfWorkload own;
    for (const auto& workload : lasting_workloads) DYNAMIC_SECTION(workload.what) {
            check_against_truth(workload, {"--source", "procfs"}, workload.metrics);
        }
}

TEST_CASE("in eBPF mode PSS is sampled beside the exact sums", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const OwnCopyOfWorkload own;
    for (const auto& workload : lasting_workloads) DYNAMIC_SECTION(workload.what) {
            check_against_truth(workload, {"--source", "ebpf"}, workload.metrics);
        }
}

TEST_CASE(
    "8 threads that grow and shrink at random are measured within the stated bound, from Linux 6.2 on never under the truth",
    "[privileged][long]") {
    if (skipped(no_ebpf())) return;
    const Words seeds = long_form() ? Words{"1", "2", "3"} : Words{"1"};
    for (const auto& seed : seeds) {
        CAPTURE(seed);
        const auto measured = measure_workload({"--source", "ebpf"}, {"memory-threads", "8", long_form() ? "2000" : "500", seed});
        REQUIRE(measured.ended.code() == 0);
        const double untold = untold_faults_bytes(measured.truth.at("threads_started").get<double>());
        CHECK(measured.metric("rss_peak_bytes") >= measured.truth.at("rss_peak_low_bytes").get<double>() - untold);
        CHECK(measured.metric("rss_peak_bytes") <=
              measured.truth.at("rss_peak_high_bytes").get<double>() + counter_bound_bytes());
    }
}

TEST_CASE("a process's peak is its own: nothing is inherited from before its exec", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const auto measured = measure_workload({"--source", "ebpf"}, {"memory-vfork", "256"});
    double smallest = measured.metric("largest_process_rss_peak_bytes");
    CHECK(smallest > 256 * mib);
    for (const auto& row : measured.run().at("processes").at("recorded"))
        smallest = std::min(smallest, row.at("rss_peak_bytes").get<double>());
    CHECK(smallest < 8 * mib);
}

TEST_CASE("with --orphans wait the window lasts until the end of the last descendant, for averages too", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const auto measured =
        measure({"--source", "ebpf", "--exact-memory", "--orphans", "wait"}, {"sh", "-c", "sleep 0.5 & exit 0"});
    REQUIRE(measured.ended.code() == 0);
    CHECK(measured.metric("wall_seconds") >= 0.5);
    CHECK(measured.metric("rss_average_bytes") <= measured.metric("rss_peak_bytes"));
    if (measured.run().at("metrics").contains("anon_peak_bytes"))
        CHECK(measured.metric("anon_average_bytes") <= measured.metric("anon_peak_bytes"));
}

TEST_CASE("processes that the command leaves behind change no memory metric once it has ended", "[privileged]") {
    if (skipped(no_ebpf())) return;
    const TemporaryFolder folder;
    const auto go_on = [&](const char* when) { write_file(folder / when, ""); };
    const auto script = fmt::format("('{0}' hold 64 0 & {1}; exec '{0}' hold 128 0) & echo $$; {2}", workload_path(),
                                    until("[ -e more ]"), until("[ -e end ]"));
    Child child({.argv = perfwrap_words({"--source", "ebpf", "-o", folder / "result.json"}, {"sh", "-c", script}),
                 .folder = folder.path()});
    std::vector<pid_t> held;
    pid_t command = 0;
    for (int i = 0; i < 2; ++i) {  // that of the command, and that of the process that holds 64 MiB with what it has used
        const auto line = child.read_line();
        (line.find(' ') == std::string::npos ? command : held.emplace_back()) = std::stoi(line);
    }
    const double held_from = monotonic_seconds();
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    // perfwrap reads only after the command has ended and 128 MiB more are held.
    REQUIRE(::kill(child.pid(), SIGSTOP) == 0);
    await("perfwrap's stop", [&] { return state_of(child.pid()) == 'T'; });
    const double held_until = monotonic_seconds();
    go_on("end");
    await("the command's end", [&] { return !is_running(command); });
    const double ended_at_unix = unix_seconds();
    go_on("more");
    held.push_back(std::stoi(child.read_line()));
    REQUIRE(::kill(child.pid(), SIGCONT) == 0);
    await("perfwrap's end", [&] { return !is_running(child.pid()); });
    for (const pid_t holder : held) ::kill(holder, SIGKILL);
    REQUIRE(child.wait().code() == 0);
    const auto run = nlohmann::json::parse(read_file(folder / "result.json")).at("runs").at(0);
    const auto metric = [&](const char* key) { return run.at("metrics").at(key).get<double>(); };
    constexpr double rounding_seconds = 0.002;  // of the time of day
    CHECK(unix_seconds(run.at("started_at").get<std::string>()) + metric("wall_seconds") <= ended_at_unix + rounding_seconds);
    CHECK(metric("rss_peak_bytes") >= 64 * mib);
    CHECK(metric("rss_peak_bytes") < 128 * mib);
    CHECK(metric("rss_average_bytes") * metric("wall_seconds") >= 64 * mib * (held_until - held_from));
    CHECK(metric("rss_average_bytes") <= metric("rss_peak_bytes"));
    CHECK(run.at("peak").at("at_seconds").get<double>() <= metric("wall_seconds"));
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

TEST_CASE("thousands of processes come and go without a lost event", "[privileged][alone][long]") {
    if (skipped(no_ebpf())) return;
    const int processes = long_form() ? 20'000 : 5'000;
    const auto measured = measure_workload({"--source", "ebpf"}, {"process-storm", std::to_string(processes)});
    REQUIRE(measured.ended.code() == 0);
    CHECK(measured.metric("processes_started") == processes + 1);
    CHECK(measured.result.at("measurement").at("lost_events") == 0);
    CHECK_THAT(measured.metric("cpu_seconds"),
               Catch::WithinRel(measured.truth.at("cpu_seconds_rusage").get<double>(), cpu_tolerance));
    CHECK(measured.run().at("processes").at("recorded").size() <= 1000);
    check_own_memory(measured.ended);
}

}  // namespace perfwrap::test
