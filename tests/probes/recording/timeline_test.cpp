#include "probes/recording/timeline.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

using namespace perfwrap;

namespace {

TimelineBucket bucket(std::uint64_t start_ns, std::uint64_t length_ns, std::uint64_t rss) {
    return {.start_ns = start_ns,
            .length_ns = length_ns,
            .rss_max_bytes = rss,
            .rss_mean_bytes = static_cast<double>(rss),
            .cpu_ns = length_ns / 2,
            .processes_max = 1};
}

}  // namespace

TEST_CASE("CPU time fills the last buckets that have room for it") {
    Timeline timeline;
    for (std::uint64_t start_ns : {0, 100, 200}) timeline.add(bucket(start_ns, 100, 1));  // 50 of 200 each
    CHECK(timeline.fill_cpu(350, 2) == 350);
    std::vector<std::uint64_t> cpu;
    for (const auto& each : timeline.buckets()) cpu.push_back(each.cpu_ns);
    CHECK(cpu == std::vector<std::uint64_t>{100, 200, 200});
    CHECK(timeline.fill_cpu(350, 2) == 100);
}

TEST_CASE("Two neighbours merge into the larger maximum, the mean weighted by time, and the sum of the CPU time") {
    const auto both =
        merge({.start_ns = 0, .length_ns = 10, .rss_max_bytes = 500, .rss_mean_bytes = 100, .cpu_ns = 7, .processes_max = 2},
              {.start_ns = 10, .length_ns = 30, .rss_max_bytes = 300, .rss_mean_bytes = 200, .cpu_ns = 5, .processes_max = 9});
    CHECK(both.start_ns == 0);
    CHECK(both.length_ns == 40);
    CHECK(both.rss_max_bytes == 500);
    CHECK(both.rss_mean_bytes == Approx(175));
    CHECK(both.cpu_ns == 12);
    CHECK(both.processes_max == 9);
}

TEST_CASE("Merging two buckets of zero length does not yield NaN as the mean") {
    const auto both = merge(bucket(0, 0, 10), bucket(0, 0, 20));
    CHECK(both.rss_mean_bytes == 20);
}

TEST_CASE("A short run keeps every bucket unchanged") {
    Timeline timeline(4);
    for (std::uint64_t i = 0; i < 4; ++i) timeline.add(bucket(i * 10, 10, i));
    CHECK(timeline.buckets().size() == 4);
}

TEST_CASE("A long run stays bounded and keeps its spike, its mean, its CPU time and its length") {
    Timeline timeline(100);
    constexpr std::uint64_t count = 123'457;
    double byte_ns = 0;
    std::uint64_t cpu_ns = 0;
    for (std::uint64_t i = 0; i < count; ++i) {
        const auto each = bucket(i * 10, 10, i == 77'777 ? 1'000'000 : i % 50);
        byte_ns += each.rss_mean_bytes * 10;
        cpu_ns += each.cpu_ns;
        timeline.add(each);
    }
    const auto& buckets = timeline.buckets();
    CHECK(buckets.size() <= 100);
    CHECK(buckets.size() >= 25);

    double merged_byte_ns = 0;
    std::uint64_t merged_cpu_ns = 0;
    std::uint64_t next_start_ns = 0;
    bool gap = false;
    for (const auto& each : buckets) {
        gap = gap || each.start_ns != next_start_ns;
        next_start_ns = each.start_ns + each.length_ns;
        merged_byte_ns += each.rss_mean_bytes * static_cast<double>(each.length_ns);
        merged_cpu_ns += each.cpu_ns;
    }
    CHECK_FALSE(gap);
    CHECK(next_start_ns == count * 10);
    CHECK(merged_byte_ns == Approx(byte_ns));
    CHECK(merged_cpu_ns == cpu_ns);
    CHECK(std::ranges::max(buckets, {}, &TimelineBucket::rss_max_bytes).rss_max_bytes == 1'000'000);
}

TEST_CASE("CPU time that comes later is added to the buckets of its time") {
    Timeline timeline;
    for (std::uint64_t i = 0; i < 4; ++i) timeline.add({.start_ns = i * 100, .length_ns = 100});
    CHECK(timeline.spread_cpu(150, 400, 250) == 250);
    CHECK(timeline.buckets()[0].cpu_ns == 0);
    CHECK(timeline.buckets()[1].cpu_ns == 50);
    CHECK(timeline.buckets()[2].cpu_ns == 100);
    CHECK(timeline.buckets()[3].cpu_ns == 100);
    CHECK(timeline.spread_cpu(350, 450, 100) == 50);  // half of it has no bucket yet
}

TEST_CASE("A timeline that is cut ends there, and loses no memory from before; CPU time from beyond is handed back") {
    Timeline timeline;
    timeline.add({.start_ns = 0, .length_ns = 100, .rss_max_bytes = 50, .rss_mean_bytes = 30, .cpu_ns = 10});
    timeline.add({.start_ns = 100, .length_ns = 100, .rss_max_bytes = 80, .rss_mean_bytes = 35, .cpu_ns = 20});
    timeline.add({.start_ns = 200, .length_ns = 100, .rss_max_bytes = 20, .rss_mean_bytes = 20, .cpu_ns = 30});
    CHECK(timeline.cut(150, 20) == 40);  // 50 for 50 ns and 20 for 50 ns are 35 for 100 ns
    REQUIRE(timeline.buckets().size() == 2);
    CHECK(timeline.buckets()[1].length_ns == 50);
    CHECK(timeline.buckets()[1].rss_mean_bytes == 50);
    CHECK(timeline.buckets()[1].cpu_ns == 10);
    CHECK(timeline.cut(150, 20) == 0);
    CHECK(timeline.buckets()[1].rss_mean_bytes == 50);
    CHECK(timeline.cut(100, 20) == 10);
    CHECK(timeline.buckets().size() == 1);
    CHECK(timeline.byte_seconds() == Approx(30 * 100e-9));
}
