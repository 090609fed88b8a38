// Commands in other namespaces, cgroups and root directories, and a perfwrap that runs in them itself.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/integration/support/cgroups.hpp"
#include "tests/integration/support/counts.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/namespaces.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {

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

TEST_CASE("a command in a root directory without /proc is measured", "[privileged]") {
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

TEST_CASE("a /proc that was mounted outside perfwrap's pid namespace is rejected", "[privileged]") {
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
