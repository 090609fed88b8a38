// What tells one result from every other: a ULID, https://github.com/ulid/spec
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace perfwrap {

// 26 characters of Crockford's base32: 48 bits of time, then 80 of chance, so that later ids sort behind earlier ones.
std::string ulid(std::uint64_t unix_ms, const std::array<std::uint8_t, 10>& chance);

// Of this moment, with chance from getrandom(2). Throws std::system_error where there is none.
std::string new_result_id();

}  // namespace perfwrap
