#include "probes/ebpf/ebpf_memory.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace perfwrap {
namespace {

constexpr std::uint64_t page = 4096;
constexpr std::uint64_t interval = 10'000'000;
constexpr std::uint64_t exec_ns = 1'000'000'000;

// Fills a ring like the kernel side.
struct Ring {
    std::vector<wire_bucket> buckets = std::vector<wire_bucket>(WIRE_BUCKETS);
    std::int64_t sum = 0;

    void change(std::uint64_t since_exec_ns, std::int64_t pages) {
        const auto number = since_exec_ns / interval;
        auto& bucket = buckets[number & (WIRE_BUCKETS - 1)];
        sum += pages;
        bucket.change += pages;
        bucket.area += pages * static_cast<std::int64_t>(since_exec_ns - number * interval);
        bucket.lap = number + 1;
        bucket.maximum = std::max<std::int64_t>(bucket.maximum, sum);
    }
};

std::vector<TimelineBucket> read(BucketReader& reader, std::uint64_t now_ns, bool closing) {
    std::vector<TimelineBucket> buckets;
    reader.read(exec_ns, now_ns, closing, [&](const TimelineBucket& bucket) { buckets.push_back(bucket); });
    return buckets;
}

}  // namespace

TEST_CASE("a bucket's maximum and mean are those of the sum inside it, and the next one begins where it ended") {
    Ring ring;
    ring.change(interval / 2, 100);  // held for half of bucket 0
    ring.change(2 * interval, 300);  // a spike of a quarter of bucket 2
    ring.change(2 * interval + interval / 4, -300);
    BucketReader reader(ring.buckets.data(), interval, page);

    const auto buckets = read(reader, exec_ns + 3 * interval, false);
    REQUIRE(buckets.size() == 3);
    CHECK(buckets[0].start_ns == exec_ns);
    CHECK(buckets[0].rss_max_bytes == 100 * page);
    CHECK(buckets[0].rss_mean_bytes == Approx(50.0 * page));
    CHECK(buckets[1].rss_max_bytes == 100 * page);
    CHECK(buckets[1].rss_mean_bytes == Approx(100.0 * page));
    CHECK(buckets[2].rss_max_bytes == 400 * page);
    CHECK(buckets[2].rss_mean_bytes == Approx(175.0 * page));
}

TEST_CASE("the bucket in which the window closes is cut there") {
    Ring ring;
    ring.change(interval / 4, 80);
    BucketReader reader(ring.buckets.data(), interval, page);
    const auto buckets = read(reader, exec_ns + interval / 2, true);
    REQUIRE(buckets.size() == 1);
    CHECK(buckets[0].length_ns == interval / 2);
    CHECK(buckets[0].rss_mean_bytes == Approx(40.0 * page));
}

TEST_CASE("a bucket is not returned before it is complete, and its place in the ring is free afterwards") {
    Ring ring;
    ring.change(0, 5);
    BucketReader reader(ring.buckets.data(), interval, page);
    CHECK(read(reader, exec_ns + interval - 1, false).empty());
    CHECK(read(reader, exec_ns + interval, false).size() == 1);
    CHECK(ring.buckets[0].change == 0);
    CHECK(ring.buckets[0].maximum == 0);
}

TEST_CASE("what is added to a bucket after it was taken counts from the next one on") {
    Ring ring;
    BucketReader reader(ring.buckets.data(), interval, page);
    ring.change(interval / 2, 100);
    CHECK(read(reader, exec_ns + interval, false).front().rss_max_bytes == 100 * page);

    ring.change(interval - 1, -40);
    const auto buckets = read(reader, exec_ns + 3 * interval, false);
    REQUIRE(buckets.size() == 2);
    for (const auto& bucket : buckets) CHECK(bucket.rss_mean_bytes == Approx(60.0 * page));
    CHECK(buckets.back().rss_max_bytes == 60 * page);
    CHECK(ring.buckets[0].change == 0);
    CHECK(ring.buckets[0].area == 0);
}

TEST_CASE("a reader that was stopped for longer than the ring lasts gets one bucket for the missed time, and loses no change") {
    Ring ring;
    BucketReader reader(ring.buckets.data(), interval, page);
    ring.change(interval / 2, 100);
    ring.change(5 * interval, 300);
    ring.change(5 * interval + 1, -200);
    ring.change((WIRE_BUCKETS + 8) * interval, 50);
    const auto buckets = read(reader, exec_ns + (WIRE_BUCKETS + 10) * interval, false);
    REQUIRE(buckets.size() == WIRE_BUCKETS);
    CHECK(buckets[0].start_ns == exec_ns);
    CHECK(buckets[0].length_ns == 11 * interval);
    CHECK(buckets[0].rss_max_bytes == 400 * page);
    CHECK(buckets[1].start_ns == exec_ns + 11 * interval);
    CHECK(buckets[1].rss_mean_bytes == Approx(200.0 * page));
    CHECK(buckets.back().rss_max_bytes == 250 * page);
}

TEST_CASE("the time integral of a series is each change times the time that was left") {
    // 200 pages from the start to 1/4 of the window, 50 pages from there to the end.
    constexpr std::uint64_t second = 1'000'000'000;
    const std::uint64_t window = 4 * second;
    const auto unit = [](std::uint64_t ns) { return static_cast<std::int64_t>(ns >> WIRE_TIME_SHIFT); };
    const wire_series series{.now = 50, .maximum = 200, .area = 200 * unit(0) - 150 * unit(second)};
    const auto memory = over_time(series, exec_ns, exec_ns + window, page);
    CHECK(memory.peak_bytes == 200 * page);
    CHECK(memory.observed_seconds == Approx(4.0));
    CHECK(memory.byte_seconds == Approx((200.0 * 1 + 50.0 * 3) * page).epsilon(1e-4));
}

TEST_CASE("only processes that held memory at the latest peak are listed, largest first") {
    PeakHolders holders(2);
    holders.add(1, {.pid = 10, .command = {"early"}, .rss_bytes = 900});
    holders.add(3, {.pid = 11, .command = {"small"}, .rss_bytes = 100});
    holders.add(3, {.pid = 12, .command = {"large"}, .rss_bytes = 300});
    holders.add(3, {.pid = 13, .command = {"middle"}, .rss_bytes = 200});
    holders.add(2, {.pid = 14, .command = {"late row of an earlier peak"}, .rss_bytes = 800});
    const auto at_peak = holders.at(3);
    REQUIRE(at_peak.size() == 2);
    CHECK(at_peak[0].pid == 12);
    CHECK(at_peak[1].pid == 13);
    CHECK(holders.at(4).empty());
    CHECK_FALSE(holders.wants(3, 150));
    CHECK_FALSE(holders.wants(9, 0));
}

TEST_CASE("CPU time is split as the kernel splits it") {
    CHECK(wire_system_ns(1'000, 0, 0) == 0);              // no tick seen: all user
    CHECK(wire_system_ns(1'000, 0, 4'000'000) == 1'000);  // no user tick: all system
    CHECK(wire_system_ns(9'000'000, 4'000'000, 8'000'000) == 6'000'000);
    CHECK(wire_system_ns(1'000, static_cast<__u64>(-4'000'000), 4'000'000) == 0);  // negative: no division by zero
    CHECK(wire_system_ns(1'000, 4'000'000, static_cast<__u64>(-3'000'000)) == 0);
    // Days of CPU time: the product would not fit into 64 bits.
    constexpr std::uint64_t day = 86'400'000'000'000;
    const double exact = static_cast<double>(3 * day) * static_cast<double>(9 * day + 4) / static_cast<double>(10 * day + 7);
    CHECK(static_cast<double>(wire_system_ns(9 * day + 4, 7 * day + 7, 3 * day)) == Approx(exact).epsilon(1e-8));
}

}  // namespace perfwrap
