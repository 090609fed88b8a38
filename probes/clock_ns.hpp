#pragma once

#include <time.h>

#include <cstdint>

namespace perfwrap {

// The clock's time in nanoseconds; 0 if there is no such clock, as that of a process that is gone.
inline std::uint64_t clock_ns(clockid_t clock) {
    timespec time{};
    if (::clock_gettime(clock, &time) != 0) return 0;
    return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

}  // namespace perfwrap
