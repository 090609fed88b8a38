#include "probes/recording/process_table.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
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

ProgramUse all(const ProcessTable& table) {
    ProgramUse sum = table.programs().others();
    for (const auto& [program, used] : table.programs().sorted()) sum.add(used);
    return sum;
}

ProcessFacts child(int pid, int parent_pid, std::uint64_t cpu_ns) {
    auto row = facts(pid, cpu_ns);
    row.parent_pid = parent_pid;
    row.parent_in_tree = true;
    return row;
}

}  // namespace

TEST_CASE("The most expensive processes keep their rows, whatever the order in which they come") {
    ProcessTable table(3);
    for (const int pid : {4, 1, 5, 2, 3}) table.add(facts(pid, static_cast<std::uint64_t>(pid) * 100));
    CHECK(pids(table) == std::vector<int>{5, 4, 3});
    CHECK(all(table).processes == 5);
    CHECK(all(table).cpu_ns == 1500);
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

TEST_CASE("A fork storm has the rows of the most expensive, and all of it in the totals") {
    ProcessTable table(100);
    std::uint64_t total = 0;
    for (int i = 0; i < 10'000; ++i) {
        const auto cpu_ns = static_cast<std::uint64_t>(i) * 7919 % 10'007;
        total += cpu_ns;
        table.add(facts(i, cpu_ns));
    }
    const auto rows = table.sorted();
    CHECK(rows.size() == 100);
    CHECK(all(table).processes == 10'000);
    CHECK(all(table).cpu_ns == total);
    CHECK(rows.back().cpu_ns() >= 10'007 - 110);
}

TEST_CASE("would_keep predicts what add does") {
    ProcessTable table(2);
    CHECK(table.would_keep(9, 0, 0));
    table.add(facts(1, 100));
    table.add(facts(2, 200));
    CHECK_FALSE(table.would_keep(9, 100, 0));
    CHECK(table.would_keep(9, 100, 1));
    CHECK(table.would_keep(9, 101, 0));
}

TEST_CASE("A table without room keeps the totals") {
    ProcessTable table(0);
    CHECK_FALSE(table.would_keep(9, 1'000'000, 0));
    table.add(facts(1, 5));
    CHECK(table.sorted().empty());
    CHECK(all(table).processes == 1);
    CHECK(all(table).cpu_ns == 5);
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

TEST_CASE("The parents of rows have rows, in the place of cheaper ones") {
    ProcessTable table(4);
    // make starts g++ twice, which starts cc1plus; what was started ends first.
    table.add(child(3, 2, 900));
    table.add(child(2, 1, 1));
    table.add(child(5, 4, 800));
    table.add(child(6, 4, 50));
    table.add(child(4, 1, 1));
    CHECK(table.would_keep(1, 0, 0));
    table.add(facts(1, 2));
    CHECK(pids(table) == std::vector<int>{3, 1, 4, 2});
    CHECK(all(table).cpu_ns == 1754);
}

TEST_CASE("A parent that ended long before its expensive child has its row") {
    ProcessTable table(10);
    auto launcher = child(2, 1, 0);
    launcher.program = "launcher";
    table.add(launcher);
    for (int pid = 100; pid < 4'000; ++pid) table.add(child(pid, 1, 5));
    table.add(child(3, 2, 1'000'000));
    table.add(facts(1, 0));
    const auto rows = table.sorted();
    REQUIRE(rows.size() == 10);
    CHECK(rows[0].pid == 3);
    CHECK(std::ranges::count(rows, 2, &ProcessFacts::pid) == 1);
    CHECK(std::ranges::count(rows, 1, &ProcessFacts::pid) == 1);
    CHECK(std::ranges::find(rows, 2, &ProcessFacts::pid)->program == "launcher");
}

TEST_CASE("No row lacks its parent, however few rows there are and however many processes wait") {
    for (const std::size_t limit : {1, 2, 3, 7, 50}) {
        CAPTURE(limit);
        ProcessTable table(limit);
        for (int pid = 20'000; pid > 1; --pid) {
            const int parent = 1 + (pid - 2) / 3;
            table.add(child(pid, parent, static_cast<std::uint64_t>(pid) * 7919 % 10'007));
        }
        table.add(facts(1, 0));
        const auto rows = table.sorted();
        CHECK(rows.size() <= limit);
        CHECK_FALSE(rows.empty());
        for (const auto& row : rows)
            CHECK((!row.parent_in_tree || std::ranges::count(rows, row.parent_pid, &ProcessFacts::pid) == 1));
    }
}
