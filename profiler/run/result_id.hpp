// Unique identifiers of results: ULIDs, https://github.com/ulid/spec
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace perfwrap {

// 26 characters of Crockford's base32: 48 bits of time, then 80 random bits, so that later ids sort after earlier ones.
std::string ulid(std::uint64_t unix_ms, const std::array<std::uint8_t, 10>& chance);

// With the current time and random bits from getrandom(2). Throws std::system_error if that fails.
std::string new_result_id();

}  // namespace perfwrap
