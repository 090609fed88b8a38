#include "probes/system/kernel_text.hpp"

#include <catch2/catch.hpp>

namespace perfwrap {

TEST_CASE("a field is found by its whole name, whatever blanks stand around the colon") {
    constexpr std::string_view cpuinfo = "model\t\t: 85\nmodel name\t: Example CPU @ 2.0 GHz: fast\nflags\t\t:\n";
    CHECK(field_of(cpuinfo, "model name") == "Example CPU @ 2.0 GHz: fast");
    CHECK(field_of(cpuinfo, "model") == "85");
    CHECK(field_of(cpuinfo, "flags").empty());
    CHECK(field_of(cpuinfo, "name").empty());
    CHECK(field_of("MemTotal 12", "MemTotal").empty());
    CHECK(field_of("", "MemTotal").empty());
}

TEST_CASE("a number is what the text begins with, if it fits") {
    CHECK(leading_number("16384 kB") == 16384);
    CHECK(leading_number("000001ff\n", 16) == 0x1ff);
    CHECK(leading_number("18446744073709551615") == UINT64_MAX);
    CHECK_FALSE(leading_number("18446744073709551616"));
    CHECK_FALSE(leading_number("max"));
    CHECK_FALSE(leading_number("-1"));
    CHECK_FALSE(leading_number(""));
}

TEST_CASE("a cgroup's counter is found by its whole key") {
    constexpr std::string_view events = "low 0\noom 3\noom_kill 2\noom_group_kill 1\n";
    CHECK(number_after(events, "oom_kill") == 2);
    CHECK(number_after(events, "oom") == 3);
    CHECK_FALSE(number_after(events, "kill"));
    CHECK_FALSE(number_after("oom_kill", "oom_kill"));
}

TEST_CASE("a controller is among the words or it is not") {
    CHECK(has_word("cpu io memory pids\n", "memory"));
    CHECK(has_word("memory", "memory"));
    CHECK_FALSE(has_word("cpu hugememory memory_recursiveprot", "memory"));
    CHECK_FALSE(has_word("", "memory"));
}

}  // namespace perfwrap
