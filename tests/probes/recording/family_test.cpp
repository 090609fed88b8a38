#include "probes/recording/family.hpp"

#include <catch2/catch.hpp>

using namespace perfwrap;

namespace {

ProcessFacts process(int pid, int parent_pid, std::uint64_t start_ns = 0) {
    ProcessFacts facts;
    facts.pid = pid;
    facts.parent_pid = parent_pid;
    facts.parent_in_tree = parent_pid != 0;
    facts.start_ns = start_ns;
    return facts;
}

using Pids = std::vector<int>;

Pids chosen(const std::vector<ProcessFacts>& rows, std::size_t limit) {
    Pids pids;
    for (const auto& row : with_ancestors(rows, limit)) pids.push_back(row.pid);
    return pids;
}

}  // namespace

TEST_CASE("An earlier row comes with its ancestors, which take the place of later rows") {
    const std::vector rows{process(4, 3), process(9, 1), process(8, 1), process(3, 2), process(2, 1), process(1, 0)};
    CHECK(chosen(rows, 6) == Pids{4, 9, 8, 3, 2, 1});
    CHECK(chosen(rows, 5) == Pids{4, 9, 3, 2, 1});
    CHECK(chosen(rows, 4) == Pids{4, 3, 2, 1});
}

TEST_CASE("What does not fit with its ancestors leaves its place to what does") {
    const std::vector rows{process(4, 3), process(9, 1), process(3, 2), process(2, 1), process(1, 0)};
    CHECK(chosen(rows, 3) == Pids{9, 2, 1});
    CHECK(chosen(rows, 1) == Pids{1});
    CHECK(chosen(rows, 0).empty());
}

TEST_CASE("What has an ancestor in the tree that is not there is left out") {
    CHECK(chosen({process(4, 3), process(3, 2), process(9, 1), process(1, 0)}, 10) == Pids{9, 1});
}

TEST_CASE("Of two processes with the same pid the one that was there is the parent") {
    // 7 was a child of 5 that is not there, and is again one of 1.
    const std::vector rows{process(8, 7, 20), process(7, 5, 10), process(7, 1, 30), process(1, 0)};
    CHECK(chosen(rows, 10) == Pids{7, 1});
    const std::vector later{process(8, 7, 40), process(7, 5, 10), process(7, 1, 30), process(1, 0)};
    CHECK(chosen(later, 10) == Pids{8, 7, 1});
}

TEST_CASE("Processes that would be each other's parents end nothing") {
    CHECK(chosen({process(1, 2), process(2, 1), process(3, 0)}, 10) == Pids{3});
}
