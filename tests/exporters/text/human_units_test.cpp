#include "exporters/text/human_units.hpp"

#include <catch2/catch.hpp>

using namespace perfwrap;

TEST_CASE("bytes are shown in the largest binary unit with three or four digits") {
    CHECK(format_bytes(0) == "0 B");
    CHECK(format_bytes(1023) == "1023 B");
    CHECK(format_bytes(1024) == "1.00 KiB");
    CHECK(format_bytes(1536) == "1.50 KiB");
    CHECK(format_bytes(10 * 1024) == "10.0 KiB");
    CHECK(format_bytes(1023.4 * 1024) == "1023 KiB");
    CHECK(format_bytes(1023.7 * 1024) == "1.00 MiB");
    CHECK(format_bytes(64.0 * 1024 * 1024) == "64.0 MiB");
    CHECK(format_bytes(1986742921) == "1.85 GiB");
    CHECK(format_bytes(9.999 * 1024) == "10.0 KiB");
    CHECK(format_bytes(99.96 * 1024) == "100 KiB");
    CHECK(format_bytes(18446744073709551615.0) == "16.0 EiB");
}

TEST_CASE("durations are shown in ms, s, min or h") {
    CHECK(format_seconds(0) == "0 s");
    CHECK(format_seconds(0.00065) == "0.650 ms");
    CHECK(format_seconds(0.0123) == "12.3 ms");
    CHECK(format_seconds(0.9994) == "999 ms");
    CHECK(format_seconds(0.9996) == "1.000 s");
    CHECK(format_seconds(1.5) == "1.500 s");
    CHECK(format_seconds(9.9996) == "10.00 s");
    CHECK(format_seconds(12.344) == "12.34 s");
    CHECK(format_seconds(59.996) == "1 min 00 s");
    CHECK(format_seconds(125) == "2 min 05 s");
    CHECK(format_seconds(3599.6) == "1 h 00 min");
    CHECK(format_seconds(3720) == "1 h 02 min");
    CHECK(format_seconds(360000) == "100 h 00 min");
}

TEST_CASE("counts are grouped by thousands") {
    CHECK(format_count(0) == "0");
    CHECK(format_count(999) == "999");
    CHECK(format_count(1000) == "1,000");
    CHECK(format_count(1234567) == "1,234,567");
}

TEST_CASE("a quantity is shown in its metric's unit") {
    CHECK(format_quantity(2048, Unit::bytes) == "2.00 KiB");
    CHECK(format_quantity(1.5, Unit::seconds) == "1.500 s");
    CHECK(format_quantity(3.426, Unit::cores) == "3.43 cores");
    CHECK(format_quantity(2048, Unit::count) == "2,048");
}
