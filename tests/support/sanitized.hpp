// Which sanitizers the tests, and the perfwrap that they start, are built with.
#pragma once

namespace perfwrap::test {

// The sanitizer's shadow takes several times the memory that a test touches.
#ifdef __SANITIZE_THREAD__
inline constexpr bool thread_sanitizer = true;
#else
inline constexpr bool thread_sanitizer = false;
#endif

// Memory includes that of the sanitizer, freed memory is kept, and a fork is expensive.
#ifdef __SANITIZE_ADDRESS__
inline constexpr bool sanitized = true;
#else
inline constexpr bool sanitized = thread_sanitizer;
#endif

}  // namespace perfwrap::test
