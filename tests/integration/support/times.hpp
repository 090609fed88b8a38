// The clocks with which perfwrap's results are compared.
#pragma once

#include <catch2/catch.hpp>
#include <chrono>
#include <ctime>
#include <iomanip>
#include <sstream>
#include <string>

namespace perfwrap::test {

inline double monotonic_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

inline double unix_seconds() {
    return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Parses a time in the format of results: 2026-01-01T00:00:00.000Z.
inline double unix_seconds(const std::string& rfc3339) {
    std::tm time{};
    double fraction = 0;
    std::istringstream text(rfc3339);
    text >> std::get_time(&time, "%Y-%m-%dT%H:%M:%S") >> fraction;
    REQUIRE(text);
    return static_cast<double>(timegm(&time)) + fraction;
}

}  // namespace perfwrap::test
