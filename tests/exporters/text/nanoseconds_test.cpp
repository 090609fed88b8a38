#include "exporters/text/nanoseconds.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace perfwrap;

TEST_CASE("a number keeps the nine decimals that are known") {
    CHECK(to_the_nanosecond(7.013000039 + 0.395844270) == 7.408844309);
    CHECK(to_the_nanosecond(1.0 / 3) == 0.333333333);
    CHECK(to_the_nanosecond(2.0 / 3) == 0.666666667);
    CHECK(to_the_nanosecond(1e-9) == 1e-9);
    CHECK(to_the_nanosecond(-1.5) == -1.5);
    CHECK(to_the_nanosecond(0.0) == 0.0);
}

TEST_CASE("a number that has been rounded stays as it is") {
    for (double value = 1e-9; value < 1e9; value *= 1.37)
        CHECK(to_the_nanosecond(to_the_nanosecond(value)) == to_the_nanosecond(value));
}

TEST_CASE("a number too large for nine decimals stays as it is") {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    for (const double value : {1'767'225'604.25, 9007199254740991.0, 1e300, infinity}) CHECK(to_the_nanosecond(value) == value);
}
