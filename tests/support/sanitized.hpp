// Which sanitizers the tests, and the perfwrap that they start, are built with.
#pragma once

namespace perfwrap::test {

// What a test touches, the shadow of several times the size holds too.
#ifdef __SANITIZE_THREAD__
inline constexpr bool thread_sanitizer = true;
#else
inline constexpr bool thread_sanitizer = false;
#endif

// Its memory is the sanitizer's too, and what is freed is kept; a fork costs much.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = thread_sanitizer;
#endif

}  // namespace perfwrap::test
