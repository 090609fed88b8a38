#include "clocks.hpp"

#include <cerrno>

namespace workloads {

std::uint64_t now_ns(clockid_t clock) {
    timespec now{};
    clock_gettime(clock, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(now.tv_nsec);
}

void burn_cpu(clockid_t clock, std::uint64_t nanoseconds) {
    const std::uint64_t end = now_ns(clock) + nanoseconds;
    volatile std::uint64_t sink = 1;
    while (now_ns(clock) < end)
        for (int i = 0; i < 5000; ++i) sink = sink * 6364136223846793005U + 1;
}

void sleep_ns(std::uint64_t nanoseconds) {
    timespec left{static_cast<time_t>(nanoseconds / 1'000'000'000), static_cast<long>(nanoseconds % 1'000'000'000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR) {
    }
}

}  // namespace workloads
