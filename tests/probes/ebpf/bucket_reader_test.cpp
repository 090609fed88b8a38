#include "probes/ebpf/bucket_reader.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

namespace perfwrap {
namespace {

constexpr std::uint64_t page = 4096;
constexpr std::uint64_t interval = 10'000'000;
constexpr std::uint64_t exec_ns = 1'000'000'000;

// Fills a ring like the kernel side (change_series() and change_bucket()).
struct Ring {
    std::vector<wire_bucket> buckets = std::vector<wire_bucket>(WIRE_BUCKETS);
    wire_memory memory{};
    double page_ns = 0;  // the true integral until last_ns
    std::uint64_t last_ns = 0;

    void change(std::uint64_t since_exec_ns, std::int64_t pages) {
        auto& series = memory.series[WIRE_RSS];
        page_ns = integral(since_exec_ns);
        last_ns = since_exec_ns;
        series.now += pages;
        series.area += pages * static_cast<std::int64_t>(since_exec_ns >> WIRE_TIME_SHIFT);
        series.maximum = std::max(series.maximum, series.now);

        const auto number = since_exec_ns / interval;
        auto& bucket = buckets[number & (WIRE_BUCKETS - 1)];
        if (bucket.lap != number + 1 && (bucket.change != 0 || bucket.area != 0)) ++memory.lost_buckets;
        bucket.lap = number + 1;
        bucket.change += pages;
        bucket.area += pages * static_cast<std::int64_t>(since_exec_ns - number * interval);
        bucket.maximum = std::max(bucket.maximum, series.now);
    }

    double integral(std::uint64_t until_ns) const {
        return page_ns + static_cast<double>(memory.series[WIRE_RSS].now) * static_cast<double>(until_ns - last_ns);
    }

    BucketReader reader() { return {buckets.data(), interval, page}; }

    std::vector<TimelineBucket> read(BucketReader& reader, std::uint64_t now_ns, bool closing) {
        std::vector<TimelineBucket> read;
        reader.read(memory, exec_ns, now_ns, closing, [&](const TimelineBucket& bucket) { read.push_back(bucket); });
        return read;
    }
};

struct Account {
    double page_ns = 0;
    std::uint64_t end_ns = exec_ns;
    std::uint64_t maximum_pages = 0;
    bool in_order = true;
    bool mean_within_maximum = true;

    void add(const std::vector<TimelineBucket>& buckets) {
        for (const auto& bucket : buckets) {
            in_order = in_order && bucket.start_ns == end_ns && bucket.length_ns > 0;
            end_ns = bucket.start_ns + bucket.length_ns;
            page_ns += bucket.rss_mean_bytes / page * static_cast<double>(bucket.length_ns);
            maximum_pages = std::max(maximum_pages, bucket.rss_max_bytes / page);
            mean_within_maximum = mean_within_maximum && bucket.rss_mean_bytes <= static_cast<double>(bucket.rss_max_bytes) + 1;
        }
    }
};

}  // namespace

TEST_CASE("a bucket's maximum and mean are those of the sum inside it, and the next one begins where it ended") {
    Ring ring;
    ring.change(interval / 2, 100);  // held for half of bucket 0
    ring.change(2 * interval, 300);  // a spike of a quarter of bucket 2
    ring.change(2 * interval + interval / 4, -300);
    BucketReader reader = ring.reader();

    const auto buckets = ring.read(reader, exec_ns + 3 * interval, false);
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
    BucketReader reader = ring.reader();
    const auto buckets = ring.read(reader, exec_ns + interval / 2, true);
    REQUIRE(buckets.size() == 1);
    CHECK(buckets[0].length_ns == interval / 2);
    CHECK(buckets[0].rss_mean_bytes == Approx(40.0 * page));
}

TEST_CASE("a bucket is not returned before it is complete, and its place in the ring is free afterwards") {
    Ring ring;
    ring.change(0, 5);
    BucketReader reader = ring.reader();
    CHECK(ring.read(reader, exec_ns + interval - 1, false).empty());
    CHECK(ring.read(reader, exec_ns + interval, false).size() == 1);
    CHECK(ring.buckets[0].change == 0);
    CHECK(ring.buckets[0].maximum == 0);
}

TEST_CASE("what is added to a bucket after it was taken counts from the next one on") {
    Ring ring;
    BucketReader reader = ring.reader();
    ring.change(interval / 2, 100);
    CHECK(ring.read(reader, exec_ns + interval, false).front().rss_max_bytes == 100 * page);

    ring.change(interval - 1, -40);
    const auto buckets = ring.read(reader, exec_ns + 3 * interval, false);
    REQUIRE(buckets.size() == 2);
    for (const auto& bucket : buckets) CHECK(bucket.rss_mean_bytes == Approx(60.0 * page));
    CHECK(buckets.back().rss_max_bytes == 60 * page);
    CHECK(ring.buckets[0].change == 0);
    CHECK(ring.buckets[0].area == 0);
}

TEST_CASE("a reader that was stopped for longer than the ring lasts loses nothing if nothing was overwritten") {
    Ring ring;
    BucketReader reader = ring.reader();
    ring.change(interval / 2, 100);
    ring.change(5 * interval, 300);
    ring.change(5 * interval + 1, -200);
    ring.change((WIRE_BUCKETS + 8) * interval, 50);
    const auto buckets = ring.read(reader, exec_ns + (WIRE_BUCKETS + 10) * interval, false);
    Account account;
    account.add(buckets);
    CHECK(account.in_order);
    CHECK(account.end_ns == exec_ns + (WIRE_BUCKETS + 10) * interval);
    CHECK(account.page_ns == Approx(ring.integral((WIRE_BUCKETS + 10) * interval)));
    CHECK(buckets[0].rss_mean_bytes == Approx(50.0 * page));
    CHECK(buckets[1].length_ns == 4 * interval);  // nothing changed there
    CHECK(buckets[2].rss_max_bytes == 400 * page);
    CHECK(buckets[3].rss_max_bytes == 200 * page);
    CHECK(buckets.back().rss_max_bytes == 250 * page);
    CHECK(reader.gaps() == 0);
}

TEST_CASE("a day without changes is one long bucket, not millions") {
    Ring ring;
    BucketReader reader = ring.reader();
    ring.change(interval / 2, 100);
    constexpr std::uint64_t day = 86'400'000'000'000;
    ring.change(day, -40);
    const auto buckets = ring.read(reader, exec_ns + day + interval, false);
    CHECK(buckets.size() <= 3);
    Account account;
    account.add(buckets);
    CHECK(account.page_ns == Approx(ring.integral(day + interval)));
    CHECK(reader.gaps() == 0);
}

TEST_CASE("a reader whose ring was overwritten has one bucket with mean and maximum of the missed time, and counts the gap") {
    Ring ring;
    BucketReader reader = ring.reader();
    ring.change(0, 10);
    Account account;
    account.add(ring.read(reader, exec_ns + interval, false));
    // Up to 1,000 pages and down again, in every bucket of more than one lap.
    for (std::uint64_t i = 1; i < WIRE_BUCKETS + 500; ++i) {
        ring.change(i * interval + interval / 4, i == 77 ? 2000 : 990);
        ring.change(i * interval + interval / 2, i == 77 ? -2000 : -990);
    }
    const std::uint64_t awake_ns = (WIRE_BUCKETS + 500) * interval + interval / 3;
    const auto missed = ring.read(reader, exec_ns + awake_ns, false);
    REQUIRE(missed.size() == 1);
    CHECK(missed[0].start_ns == exec_ns + interval);
    CHECK(missed[0].length_ns == awake_ns - interval);
    CHECK(missed[0].rss_max_bytes == 2010 * page);
    CHECK(missed[0].rss_mean_bytes / page ==
          Approx((ring.integral(awake_ns) - account.page_ns) / static_cast<double>(awake_ns - interval)).epsilon(0.001));
    CHECK(reader.gaps() == 1);
    account.add(missed);

    // From there on as before.
    ring.change(awake_ns + interval / 3, 30);
    ring.change(awake_ns + interval, -5);
    const std::uint64_t end_ns = awake_ns + 2 * interval;
    const auto rest = ring.read(reader, exec_ns + end_ns, true);
    CHECK(rest.size() == 3);
    CHECK(rest[0].rss_max_bytes == 40 * page);
    CHECK(rest[2].rss_mean_bytes == Approx(35.0 * page));
    account.add(rest);
    CHECK(account.in_order);
    CHECK(account.end_ns == exec_ns + end_ns);
    CHECK(reader.gaps() == 1);
}

TEST_CASE("whenever the reader comes, the integral is the true one, the maximum is the peak, and no mean exceeds its maximum") {
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
        CAPTURE(seed);
        std::mt19937_64 random(seed);
        const auto below = [&](std::uint64_t limit) { return random() % limit; };
        Ring ring;
        BucketReader reader = ring.reader();
        Account account;
        std::uint64_t at_ns = 0;
        const std::uint64_t pace = seed % 2 == 0 ? interval / 3 : 4 * interval;
        for (int read = 0; read < 20; ++read) {
            const bool stopped = below(4) == 0;
            for (std::uint64_t i = stopped ? 3000 + below(20'000) : below(50); i > 0; --i) {
                at_ns += below(2 * pace);
                const auto held = ring.memory.series[WIRE_RSS].now;
                ring.change(at_ns, below(2) == 0 ? static_cast<std::int64_t>(below(1000))
                                                 : -static_cast<std::int64_t>(below(static_cast<std::uint64_t>(held) + 1)));
            }
            account.add(ring.read(reader, exec_ns + at_ns + below(interval), false));
        }
        const std::uint64_t end_ns = std::max(at_ns, account.end_ns - exec_ns) + 1 + below(interval);
        account.add(ring.read(reader, exec_ns + end_ns, true));
        CHECK(account.in_order);
        CHECK(account.end_ns == exec_ns + end_ns);
        CHECK(account.mean_within_maximum);
        CHECK(account.maximum_pages == static_cast<std::uint64_t>(ring.memory.series[WIRE_RSS].maximum));
        // The kernel side's account, to which gaps are fitted, counts time in units of 16 us.
        CHECK(account.page_ns == Approx(ring.integral(end_ns)).epsilon(1e-4));
    }
}

}  // namespace perfwrap
