// Processes with the same id are distinguished, and so are trees side by side and within each other.
#include <catch2/catch.hpp>
#include <set>
#include <string>

#include "tests/integration/support/counts.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/namespaces.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {

TEST_CASE("processes that had the same process id one after the other are distinguished", "[privileged]") {
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

TEST_CASE("process ids that wrap around many times do no harm", "[privileged]") {
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
    // perfwrap itself, the witness of its process group, and LeakSanitizer's helper.
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

}  // namespace perfwrap::test
