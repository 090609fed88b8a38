// Sleeping processes that can be found again, whatever their parent is.
#pragma once

#include <string>

namespace perfwrap::test {

// A number of milliseconds for `workload sleep` that no other test uses, more than ten minutes.
std::string unlikely();

// For sh: $W is the workload program, $S the number.
std::string with_workload(const std::string& script, const std::string& sleep);

// The number of processes that have the word among their arguments.
int running(const std::string& word);

}  // namespace perfwrap::test
