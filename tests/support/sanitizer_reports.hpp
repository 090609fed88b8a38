// What sanitizers say of the programs that a test starts. Such a report must fail the test whatever exit code it expected, so
// that reports go to files and are counted at the end. In an ordinary build there are none.
#pragma once

#include <string>

namespace perfwrap::test {

// For the programs that are started from now on; the test's own process reports to its stderr and exits with an error of its own.
void collect_sanitizer_reports();

// The reports since the last call, one after another; "" if there are none.
std::string take_sanitizer_reports();

}  // namespace perfwrap::test
