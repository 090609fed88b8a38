#pragma once

#include <cstdint>

namespace perfwrap::test {

inline constexpr std::uint64_t ms = 1'000'000;  // in nanoseconds
inline constexpr std::uint64_t s = 1'000'000'000;
inline constexpr std::uint64_t mib = 1024 * 1024;  // in bytes

}  // namespace perfwrap::test
