#include "probes/ebpf/tree_timeline.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/support/units.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

constexpr std::uint64_t began_ns = 1'000 * ms;

struct Tree {
    std::vector<wire_bucket> ring = std::vector<wire_bucket>(WIRE_BUCKETS);
    wire_memory memory{};
    TreeTimeline timeline{ring.data(), 10 * ms, 4096, 2, 2000};

    std::vector<std::uint64_t> cpu_ms() const {
        std::vector<std::uint64_t> all;
        for (const auto& bucket : timeline.timeline().buckets()) all.push_back(bucket.cpu_ns / ms);
        return all;
    }
};

}  // namespace

TEST_CASE("CPU time is spread over the time since the previous sample, in the buckets of that time") {
    Tree tree;
    tree.timeline.add_memory(tree.memory, began_ns, began_ns + 20 * ms, 1);
    tree.timeline.add_memory(tree.memory, began_ns, began_ns + 40 * ms, 3);
    tree.timeline.add_cpu(began_ns + 40 * ms, 20 * ms);
    CHECK(tree.cpu_ms() == std::vector<std::uint64_t>{5, 5, 5, 5});

    tree.timeline.add_memory(tree.memory, began_ns, began_ns + 50 * ms, 3);
    tree.timeline.add_cpu(began_ns + 50 * ms, 29 * ms);
    CHECK(tree.cpu_ms() == std::vector<std::uint64_t>{5, 5, 5, 5, 9});
    CHECK(tree.timeline.cpu_interval_seconds() == Approx(0.010));
}

TEST_CASE("CPU time after the last complete bucket is shown with the next one") {
    Tree tree;
    tree.timeline.add_memory(tree.memory, began_ns, began_ns + 15 * ms, 1);
    tree.timeline.add_cpu(began_ns + 15 * ms, 15 * ms);
    CHECK(tree.cpu_ms() == std::vector<std::uint64_t>{10});
    tree.timeline.add_memory(tree.memory, began_ns, began_ns + 20 * ms, 1);
    tree.timeline.add_cpu(began_ns + 20 * ms, 20 * ms);
    CHECK(tree.cpu_ms() == std::vector<std::uint64_t>{10, 10});
}

TEST_CASE("the bucket in which the window closes has the rest of the CPU time") {
    Tree tree;
    tree.timeline.close(tree.memory, began_ns, began_ns + 25 * ms, 1);
    tree.timeline.add_cpu(began_ns + 25 * ms, 25 * ms);
    CHECK(tree.cpu_ms() == std::vector<std::uint64_t>{10, 10, 5});
    CHECK_FALSE(tree.timeline.cpu_interval_seconds());
}

TEST_CASE("CPU time that the CPUs cannot have spent since the previous sample was spent before it") {
    Tree tree;
    tree.timeline.add_memory(tree.memory, began_ns, began_ns + 20 * ms, 1);
    tree.timeline.add_cpu(began_ns + 20 * ms, 30 * ms);
    tree.timeline.close(tree.memory, began_ns, began_ns + 30 * ms, 1);
    tree.timeline.add_cpu(began_ns + 30 * ms, 58 * ms);
    CHECK(tree.cpu_ms() == std::vector<std::uint64_t>{18, 20, 20});
}

TEST_CASE("a sample before the first complete bucket loses nothing") {
    Tree tree;
    tree.timeline.add_memory(tree.memory, began_ns, began_ns + 5 * ms, 1);
    tree.timeline.add_cpu(began_ns + 5 * ms, 4 * ms);
    CHECK(tree.cpu_ms().empty());
    tree.timeline.add_memory(tree.memory, began_ns, began_ns + 10 * ms, 1);
    tree.timeline.add_cpu(began_ns + 10 * ms, 8 * ms);
    CHECK(tree.cpu_ms() == std::vector<std::uint64_t>{8});
}

TEST_CASE("a timeline that was read beyond the end ends there all the same, with the same integral and all of the CPU time") {
    Tree tree;
    tree.ring[0] = {.change = 100, .area = 0, .maximum = 100, .lap = 1};
    tree.ring[1] = {.change = -100, .area = -100 * static_cast<std::int64_t>(2 * ms), .maximum = 100, .lap = 2};
    tree.timeline.add_memory(tree.memory, began_ns, began_ns + 40 * ms, 1);
    tree.timeline.add_cpu(began_ns + 40 * ms, 12 * ms);
    tree.timeline.close(tree.memory, began_ns, began_ns + 15 * ms, 1);
    const auto& buckets = tree.timeline.timeline().buckets();
    REQUIRE(buckets.size() == 2);
    CHECK(buckets[1].start_ns + buckets[1].length_ns == began_ns + 15 * ms);
    CHECK(buckets[1].rss_mean_bytes == Approx(100 * 4096 * 2.0 / 5.0));
    CHECK(tree.timeline.timeline().byte_seconds() == Approx(100 * 4096 * 0.012));
    CHECK(tree.cpu_ms() == std::vector<std::uint64_t>{3, 9});
}

TEST_CASE("the first bucket begins with the window, and nothing is held before the program is loaded") {
    Tree tree;
    tree.timeline.begin(began_ns - 2 * ms);
    tree.ring[0] = {.change = 60, .area = 0, .maximum = 60, .lap = 1};
    tree.timeline.add_memory(tree.memory, began_ns, began_ns + 20 * ms, 1);
    const auto& buckets = tree.timeline.timeline().buckets();
    REQUIRE(buckets.size() == 2);
    CHECK(buckets[0].start_ns == began_ns - 2 * ms);
    CHECK(buckets[0].length_ns == 12 * ms);
    CHECK(buckets[0].rss_max_bytes == 60 * 4096);
    CHECK(buckets[0].rss_mean_bytes == Approx(50 * 4096));
    CHECK(buckets[1].start_ns == began_ns + 10 * ms);
}
