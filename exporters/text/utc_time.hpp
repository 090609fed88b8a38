// Times in the format of RFC 3339: https://www.rfc-editor.org/rfc/rfc3339#section-5.6
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace perfwrap {

// "2026-01-01T00:00:00.250Z". RFC 3339 covers the years 0 to 9999; a time outside becomes the nearest one within.
std::string utc_time(std::int64_t unix_ms);

// "2026-01-01T00:00:00Z".
std::string utc_time_in_seconds(std::int64_t unix_seconds);

// Returns milliseconds; further digits are dropped. Accepts any offset from UTC and any number of fractional digits. Empty if it
// is not a valid time within those years.
std::optional<std::int64_t> parse_utc_time(std::string_view rfc3339);

}  // namespace perfwrap
