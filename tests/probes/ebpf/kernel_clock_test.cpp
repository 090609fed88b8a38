#include "probes/ebpf/kernel_clock.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace perfwrap;

TEST_CASE("Clocks that agree are the same one, to the nanosecond") {
    const std::vector<ClockReading> readings{{1000, 1400, 1500}};
    CHECK(KernelClock(readings).own(777) == 777);
}

TEST_CASE("In a time namespace the offset is that of the quickest reading, whichever clock is ahead") {
    const std::vector<ClockReading> ahead{
        {5'000'000, 1'000'900, 5'001'000}, {6'000'000, 2'000'005, 6'000'010}, {7'000'000, 3'000'000, 7'000'900}};
    CHECK(KernelClock(ahead).own(1) == 4'000'001);
    const std::vector<ClockReading> behind{{1'000'000, 9'000'005, 1'000'010}};
    CHECK(KernelClock(behind).own(9'500'005) == 1'500'005);
}

TEST_CASE("A moment that has not come yet stays that") {
    const std::vector<ClockReading> readings{{5'000, 100, 5'010}};
    CHECK(KernelClock(readings).own(0) == 0);
    CHECK(KernelClock().own(5) == 5);
}
