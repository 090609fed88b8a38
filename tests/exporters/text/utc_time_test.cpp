#include "exporters/text/utc_time.hpp"

#include <catch2/catch.hpp>
#include <limits>

using namespace perfwrap;

TEST_CASE("a moment is written in UTC, to the millisecond or the second") {
    CHECK(utc_time(0) == "1970-01-01T00:00:00.000Z");
    CHECK(utc_time(1'709'210'096'007) == "2024-02-29T12:34:56.007Z");
    CHECK(utc_time(-1) == "1969-12-31T23:59:59.999Z");
    CHECK(utc_time_in_seconds(1'767'225'600) == "2026-01-01T00:00:00Z");
}

TEST_CASE("a moment that RFC 3339 cannot write becomes the nearest that it can") {
    CHECK(utc_time(std::numeric_limits<std::int64_t>::max()) == "9999-12-31T23:59:59.999Z");
    CHECK(utc_time(std::numeric_limits<std::int64_t>::min()) == "0000-01-01T00:00:00.000Z");
    CHECK(utc_time_in_seconds(std::numeric_limits<std::int64_t>::max()) == "9999-12-31T23:59:59Z");
    CHECK(utc_time_in_seconds(std::numeric_limits<std::int64_t>::min()) == "0000-01-01T00:00:00Z");
}

TEST_CASE("a moment comes back as it was written") {
    for (const std::int64_t unix_ms : {0LL, -1LL, 999LL, 1'709'210'096'007LL, -62'167'219'200'000LL, 253'402'300'799'999LL})
        CHECK(parse_utc_time(utc_time(unix_ms)) == unix_ms);
    CHECK(parse_utc_time(utc_time_in_seconds(1'767'225'600)) == 1'767'225'600'000);
}

TEST_CASE("offsets, fractions of any length, small letters and leap seconds are read") {
    CHECK(parse_utc_time("2026-01-01T00:00:00Z") == 1'767'225'600'000);
    CHECK(parse_utc_time("2026-01-01t00:00:00z") == 1'767'225'600'000);
    CHECK(parse_utc_time("2026-01-01T00:00:00.25Z") == 1'767'225'600'250);
    CHECK(parse_utc_time("2026-01-01T00:00:00.2509999999999999999Z") == 1'767'225'600'250);
    CHECK(parse_utc_time("2026-01-01T01:30:00+01:30") == 1'767'225'600'000);
    CHECK(parse_utc_time("2025-12-31T16:00:00-08:00") == 1'767'225'600'000);
    CHECK(parse_utc_time("2025-12-31T23:59:60Z") == 1'767'225'600'000);
}

TEST_CASE("what is not a moment is not read as one") {
    for (const auto* text : {"",
                             "yesterday",
                             "2026-01-01",
                             "2026-01-01T00:00:00",
                             "2026-01-01 00:00:00Z",
                             "2026-1-1T00:00:00Z",
                             "2026-02-29T00:00:00Z",
                             "2026-13-01T00:00:00Z",
                             "2026-01-01T24:00:00Z",
                             "2026-01-01T00:60:00Z",
                             "2026-01-01T00:00:61Z",
                             "2026-01-01T00:00:00.Z",
                             "2026-01-01T00:00:00Zz",
                             "2026-01-01T00:00:00+1",
                             "2026-01-01T00:00:00+24:00",
                             "-026-01-01T00:00:00Z",
                             "2026-01--1T00:00:00Z",
                             "0000-01-01T00:00:00+00:01",
                             "9999-12-31T23:59:60Z",
                             "10000-01-01T00:00:00Z"}) {
        INFO(text);
        CHECK_FALSE(parse_utc_time(text));
    }
}
