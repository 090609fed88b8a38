#include "probes/recording/process_table.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <optional>
#include <vector>

#include "probes/recording/recorded_command.hpp"

using namespace perfwrap;

namespace {

ProcessFacts facts(int pid, std::uint64_t cpu_ns, std::uint64_t rss_peak_bytes = 0) {
    ProcessFacts facts;
    facts.pid = pid;
    facts.cpu_user_ns = cpu_ns;
    facts.rss_peak_bytes = rss_peak_bytes;
    return facts;
}

std::vector<int> pids(const ProcessTable& table) {
    std::vector<int> list;
    for (const auto& row : table.sorted()) list.push_back(row.pid);
    return list;
}

}  // namespace

TEST_CASE("The most expensive processes keep their rows, whatever the order in which they come") {
    ProcessTable table(3);
    for (const int pid : {4, 1, 5, 2, 3}) table.add(facts(pid, static_cast<std::uint64_t>(pid) * 100));
    CHECK(pids(table) == std::vector<int>{5, 4, 3});
    CHECK(table.dropped_count() == 2);
    CHECK(table.dropped_cpu_ns() == 300);
}

TEST_CASE("Processes with the same CPU time are ordered by memory") {
    ProcessTable table(1);
    table.add(facts(1, 100, 10));
    table.add(facts(2, 100, 20));
    table.add(facts(3, 100, 15));
    CHECK(pids(table) == std::vector<int>{2});
}

TEST_CASE("What was noticed late has ended within the window") {
    ProcessTable table;
    for (const int pid : {1, 2, 3}) table.add(facts(pid, 100));
    auto ended = facts(4, 100);
    for (const std::uint64_t end_ns : {90, 110}) {
        ended.end_ns = end_ns;
        table.add(ended);
    }
    table.all_ended_by(100);
    std::vector<std::optional<std::uint64_t>> ends;
    for (const auto& row : table.sorted()) ends.push_back(row.end_ns);
    std::ranges::sort(ends);
    CHECK(ends == std::vector<std::optional<std::uint64_t>>{{}, {}, {}, 90, 100});
}

TEST_CASE("User and system time both count as cost") {
    ProcessTable table(1);
    auto mostly_system = facts(1, 10);
    mostly_system.cpu_system_ns = 95;
    table.add(mostly_system);
    table.add(facts(2, 100));
    CHECK(pids(table) == std::vector<int>{1});
}

TEST_CASE("Rows and dropped processes add up to all of a fork storm") {
    ProcessTable table(100);
    std::uint64_t total = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto cpu_ns = static_cast<std::uint64_t>(i) * 7919 % 10'007;
        total += cpu_ns;
        table.add(facts(i, cpu_ns));
    }
    const auto rows = table.sorted();
    const auto in_rows =
        std::accumulate(rows.begin(), rows.end(), std::uint64_t{0}, [](auto sum, const auto& row) { return sum + row.cpu_ns(); });
    CHECK(rows.size() == 100);
    CHECK(table.dropped_count() == 9'900);
    CHECK(in_rows + table.dropped_cpu_ns() == total);
    CHECK(rows.back().cpu_ns() >= 10'007 - 110);
}

TEST_CASE("would_keep predicts what add does") {
    ProcessTable table(2);
    CHECK(table.would_keep(0, 0));
    table.add(facts(1, 100));
    table.add(facts(2, 200));
    CHECK_FALSE(table.would_keep(100, 0));
    CHECK(table.would_keep(100, 1));
    CHECK(table.would_keep(101, 0));
}

TEST_CASE("A table without room counts everything as dropped") {
    ProcessTable table(0);
    CHECK_FALSE(table.would_keep(1'000'000, 0));
    table.add(facts(1, 5));
    CHECK(table.sorted().empty());
    CHECK(table.dropped_count() == 1);
    CHECK(table.dropped_cpu_ns() == 5);
}

TEST_CASE("Long command lines are kept whole until there are many of them") {
    ProcessTable table(1000);
    const std::vector<std::string> longest(2'000, "a");
    for (int pid = 1; pid <= 5'000; ++pid) {
        auto row = facts(pid, 100 + static_cast<std::uint64_t>(pid));
        row.command = longest;
        table.add(std::move(row));
        if (pid == 1) CHECK(table.sorted().front().command == longest);
    }
    const auto rows = table.sorted();
    REQUIRE(rows.size() == 1000);
    std::size_t bytes = 0;
    for (const auto& row : rows) bytes += memory_bytes(row.command);
    CHECK(bytes <= ProcessTable::command_bytes + 1000 * ProcessTable::short_command_bytes);
    CHECK(rows.back().command.front() == "a");
    CHECK(rows.back().command.back() == "a");
    CHECK(std::ranges::count(rows.back().command, "...") == 1);
}
