#include "profiler/summarize/proportional.hpp"

#include <catch2/catch.hpp>

using namespace perfwrap;

namespace {

// 1,000 bytes at most, 500 on average over 2 s; looks until half of the time.
MemoryTotals looked_at(const PssLooks& looks) {
    MemoryTotals memory;
    memory.rss = MemoryOverTime{.peak_bytes = 1000, .byte_seconds = 1000, .observed_seconds = 2, .samples = 0};
    memory.pss = looks;
    memory.pss->looks = memory.pss->moments = 3;
    return memory;
}

}  // namespace

TEST_CASE("PSS is the resident size times the ratio, also after the last look") {
    const auto pss = proportional(looked_at({.most_rss_bytes = 900,
                                             .ratio_at_most = 0.5,
                                             .private_at_most = 0.5,
                                             .most_pss_bytes = 450,
                                             .last_ratio = 0.25,
                                             .byte_seconds = 300,
                                             .resident_byte_seconds = 600}));
    REQUIRE(pss);
    CHECK(pss->peak_bytes == 500);
    CHECK(pss->byte_seconds == Approx(300 + 0.25 * 400));
    CHECK(pss->observed_seconds == 2);
    CHECK(pss->samples == 3);
}

TEST_CASE("a look that found more than the ratio at the resident peak says gives the peak") {
    const auto pss =
        proportional(looked_at({.most_rss_bytes = 1000, .ratio_at_most = 0.2, .most_pss_bytes = 700, .last_ratio = 0.2}));
    REQUIRE(pss);
    CHECK(pss->peak_bytes == 700);
}

TEST_CASE("memory that is shared adds to the resident size alone, private memory to both") {
    const auto family = proportional(looked_at({.most_rss_bytes = 600, .ratio_at_most = 0.25, .private_at_most = 0.01}));
    REQUIRE(family);
    CHECK(family->peak_bytes == 150 + 4);
    const auto alone = proportional(looked_at({.most_rss_bytes = 600, .ratio_at_most = 1, .private_at_most = 1}));
    REQUIRE(alone);
    CHECK(alone->peak_bytes == 1000);
}

TEST_CASE("PSS is never above the resident size, whatever the looks found") {
    const auto pss = proportional(looked_at({.most_rss_bytes = 1200,
                                             .ratio_at_most = 1,
                                             .most_pss_bytes = 1200,
                                             .last_ratio = 1,
                                             .byte_seconds = 1500,
                                             .resident_byte_seconds = 1500}));
    REQUIRE(pss);
    CHECK(pss->peak_bytes == 1000);
    CHECK(pss->byte_seconds == 1000);
}

TEST_CASE("a ratio from far below the resident peak says nothing about the peak") {
    const auto below = looked_at({.most_rss_bytes = 590, .ratio_at_most = 1, .most_pss_bytes = 590, .last_ratio = 1});
    CHECK(proportional(below)->byte_seconds == Approx(1000));
    CHECK(peak_not_seen(below) == "too few looks: none of the 3 found more than 59 % of the largest resident size");
    CHECK_FALSE(peak_not_seen(looked_at({.most_rss_bytes = 600, .ratio_at_most = 1, .most_pss_bytes = 600, .last_ratio = 1})));
}

TEST_CASE("the average of PSS is not above its peak, though the ratio has grown since the largest look") {
    const auto pss = proportional(looked_at({.most_rss_bytes = 1000,
                                             .ratio_at_most = 0.1,
                                             .most_pss_bytes = 100,
                                             .last_ratio = 1,
                                             .byte_seconds = 800,
                                             .resident_byte_seconds = 1000}));
    REQUIRE(pss);
    CHECK(pss->peak_bytes == 100);
    CHECK(pss->byte_seconds == Approx(200));
}
