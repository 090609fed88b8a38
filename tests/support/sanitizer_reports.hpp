// What sanitizers report about programs that a test starts. Such a report must fail the test, whatever exit code it expects.
// Reports therefore go to files and are counted at the end. In an ordinary build there are none.
#pragma once

#include <string>

namespace perfwrap::test {

// For programs that are started from now on; the test's own process reports to stderr and exits with an error.
void collect_sanitizer_reports();

// The reports since the last call, one after another; "" if there are none.
std::string take_sanitizer_reports();

}  // namespace perfwrap::test
