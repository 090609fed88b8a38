#include "profiler/summarize/statistics.hpp"

#include <catch2/catch.hpp>

using namespace perfwrap;

TEST_CASE("The statistics of a series are those of the textbook") {
    // NIST's definition of the sample standard deviation: sqrt(32 / 7).
    const auto of_eight = statistics_of({2, 4, 4, 4, 5, 5, 7, 9});
    CHECK(of_eight.n == 8);
    CHECK(of_eight.mean == 5);
    CHECK(of_eight.median == 4.5);
    REQUIRE(of_eight.stddev);
    CHECK(*of_eight.stddev == Approx(2.13808993529939));
    CHECK(of_eight.min == 2);
    CHECK(of_eight.max == 9);
}

TEST_CASE("The median does not depend on the order of the runs") {
    CHECK(statistics_of({9, 1, 5}).median == 5);
    CHECK(statistics_of({4, 1, 3, 2}).median == 2.5);
}

TEST_CASE("A single run has no standard deviation") {
    const auto one = statistics_of({1.5});
    CHECK(one.n == 1);
    CHECK(one.mean == 1.5);
    CHECK(one.median == 1.5);
    CHECK_FALSE(one.stddev);
}

TEST_CASE("Equal values deviate by zero, also where their squares are large") {
    CHECK(statistics_of({1e12, 1e12, 1e12}).stddev == 0.0);
}
