#include "probes/ebpf/ebpf_memory.hpp"

#include <catch2/catch.hpp>
#include <vector>

namespace perfwrap {
namespace {

constexpr std::uint64_t page_bytes = 4096;
constexpr std::uint64_t began_at_ns = 1'000'000'000;

}  // namespace

TEST_CASE("the time integral of a series is each change times the time that was left") {
    // 200 pages from the start to 1/4 of the window, 50 pages from there to the end.
    constexpr std::uint64_t second = 1'000'000'000;
    const std::uint64_t window = 4 * second;
    const auto unit = [](std::uint64_t ns) { return static_cast<std::int64_t>(ns >> WIRE_TIME_SHIFT); };
    const wire_series series{.now = 50, .maximum = 200, .area = 200 * unit(0) - 150 * unit(second)};
    const auto memory = over_time(series, began_at_ns, began_at_ns + window, page_bytes);
    CHECK(memory.peak_bytes == 200 * page_bytes);
    CHECK(memory.observed_seconds == Approx(4.0));
    CHECK(memory.byte_seconds == Approx((200.0 * 1 + 50.0 * 3) * page_bytes).epsilon(1e-4));
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
