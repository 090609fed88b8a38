// Moments as RFC 3339 writes them: https://www.rfc-editor.org/rfc/rfc3339#section-5.6
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace perfwrap {

// "2026-01-01T00:00:00.250Z". RFC 3339 has the years 0 to 9999; a moment beyond becomes the nearest within.
std::string utc_time(std::int64_t unix_ms);

// "2026-01-01T00:00:00Z".
std::string utc_time_in_seconds(std::int64_t unix_seconds);

// In milliseconds; further digits are dropped. Any offset from UTC, any number of digits after the second. Nothing if it is not
// a moment within those years.
std::optional<std::int64_t> parse_utc_time(std::string_view rfc3339);

}  // namespace perfwrap
