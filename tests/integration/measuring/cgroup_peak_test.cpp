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

TEST_CASE("with --cgroup physical memory is sampled, on every kernel and from either source", "[privileged]") {
    if (skipped(no_memory_cgroup())) return;
    for (const auto& source : sources) {
        CAPTURE(source);
        const auto measured = measure_workload({"--source", source, "--cgroup"}, {"memory-in-cgroup", "32"});
        INFO(measured.ended.err);
        REQUIRE(measured.ended.code() == 0);
        const auto truth = measured.truth.at("anon_peak_bytes").get<double>();
        CHECK_THAT(measured.metric("anon_peak_bytes"), Catch::WithinAbs(truth, 1.0 * mib));
        CHECK(measured.metric("anon_average_bytes") <= measured.metric("anon_peak_bytes"));
        CHECK(measured.metric("shmem_peak_bytes") == 0);
        CHECK(measured.metric("file_mapped_peak_bytes") < 8 * mib);
        const auto& how = measured.result.at("measurement").at("sources").at("anon_peak_bytes");
        CHECK(how.at("source") == "cgroup");
        CHECK_THAT(how.at("accuracy").get<std::string>(), Catch::StartsWith("sampled every "));
    }
}

TEST_CASE("once a process of the tree is in another cgroup, what the command's own one says is absent, with the reason",
          "[privileged]") {
    if (skipped(no_memory_cgroup())) return;
    const auto elsewhere = MemoryCgroup::make(std::uint64_t{1} << 30);
    REQUIRE(elsewhere);
    std::vector<Words> options{{"--source", "procfs", "--cgroup"}, {"--cgroup"}};
    if (!no_ebpf()) options.push_back({"--exact-memory"});
    for (const auto& words : options) {
        CAPTURE(words);
        const auto child = fmt::format("{} memory-in-cgroup 32 {}; true", workload_path(), elsewhere->path());
        for (const auto& measured : {measure(words, workload_words({"memory-in-cgroup", "32", elsewhere->path()})),
                                     measure(words, {"sh", "-c", child})}) {
            INFO(measured.ended.err);
            REQUIRE(measured.ended.code() == 0);
            for (const auto* key : {"anon_peak_bytes", "anon_average_bytes", "file_mapped_peak_bytes", "shmem_peak_bytes",
                                    "cgroup_memory_peak_bytes"}) {
                CAPTURE(key);
                CHECK_FALSE(measured.run().at("metrics").contains(key));
                CHECK_THAT(measured.result.at("measurement").at("unavailable").value(key, ""),
                           Catch::Contains("moved out of the command's cgroup"));
            }
            CHECK(measured.metric("rss_peak_bytes") >= 32 * mib);
        }
    }
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
