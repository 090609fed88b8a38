// The kernel's own charge of a cgroup that perfwrap makes for the command.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include "tests/integration/support/cgroups.hpp"
#include "tests/integration/support/ordinary_user.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/support/units.hpp"

namespace perfwrap::test {
namespace {

void print_row(std::string_view what, double truth_bytes, double value_bytes) {
    fmt::print("| {} | cgroup_memory_peak_bytes | {:.1f} MiB | {:.1f} MiB | {:+.2f} % |\n", what, truth_bytes / mib,
               value_bytes / mib, 100 * (value_bytes / truth_bytes - 1));
}

}  // namespace

TEST_CASE("with --cgroup the kernel reports the peak of what it charged: the memory and its page tables", "[privileged]") {
    if (skipped(no_memory_cgroup())) return;
    for (const auto* source : {"ebpf", "procfs"}) {
        if (std::string_view(source) == "ebpf" && no_ebpf()) continue;
        CAPTURE(source);
        const auto measured = measure_workload({"--source", source, "--cgroup"}, {"memory-spike", "64", "512", "2"});
        REQUIRE(measured.ended.code() == 0);
        const auto truth = measured.truth.at("anon_peak_bytes").get<double>();
        print_row("64 MiB held and a 512 MiB block for 2 ms", truth, measured.metric("cgroup_memory_peak_bytes"));
        CHECK(measured.metric("cgroup_memory_peak_bytes") >= truth);
        CHECK(measured.metric("cgroup_memory_peak_bytes") <= 1.01 * truth);
    }
}

TEST_CASE("with --cgroup the page cache of a file that the command writes counts, though no process has it resident",
          "[privileged]") {
    if (skipped(no_memory_cgroup())) return;
    const TemporaryFolder folder;
    const auto measured = measure({"--cgroup"}, {"dd", "if=/dev/zero", "of=" + (folder / "file"), "bs=1048576", "count=64"});
    REQUIRE(measured.ended.code() == 0);
    print_row("a file of 64 MiB written", 64 * mib, measured.metric("cgroup_memory_peak_bytes"));
    CHECK(measured.metric("cgroup_memory_peak_bytes") >= 64 * mib);
    CHECK(measured.metric("rss_peak_bytes") < 16 * mib);
}

TEST_CASE("an ordinary user gets a cgroup for the command if one is delegated", "[privileged]") {
    if (skipped(not_root())) return;
    const auto delegated = DelegatedCgroup::make(nobody);
    if (skipped(delegated ? std::nullopt : std::optional(delegated.error()))) return;
    const Programs programs;
    auto launch = programs.launch(
        {"--cgroup"}, {programs.folder / "workload", "--truth", programs.folder / "truth.json", "memory-spike", "8", "56"});
    launch.before_exec = [&, become_nobody = launch.before_exec] {
        delegated->enter();
        become_nobody();
    };
    const auto ended = run(launch);
    INFO(ended.err);
    REQUIRE(ended.code() == 0);
    const auto peak = nlohmann::json::parse(read_file(programs.folder / "result.json"))
                          .at("runs")
                          .at(0)
                          .at("metrics")
                          .at("cgroup_memory_peak_bytes")
                          .get<double>();
    print_row("8 MiB held and a 56 MiB block, an ordinary user", 64 * mib, peak);
    CHECK(peak >= 64 * mib);
    CHECK(peak <= 68 * mib);
}

}  // namespace perfwrap::test
