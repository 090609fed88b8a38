#pragma once

#include <ctime>

#include <cstdint>

namespace workloads {

std::uint64_t now_ns(clockid_t clock);

inline std::uint64_t process_cpu_ns() { return now_ns(CLOCK_PROCESS_CPUTIME_ID); }

constexpr std::uint64_t milliseconds(long count) { return static_cast<std::uint64_t>(count) * 1'000'000; }
constexpr double seconds(std::uint64_t nanoseconds) { return static_cast<double>(nanoseconds) * 1e-9; }

// Keeps the CPU busy until `clock` has advanced by `nanoseconds`.
void burn_cpu(clockid_t clock, std::uint64_t nanoseconds);

void sleep_ns(std::uint64_t nanoseconds);

}  // namespace workloads
