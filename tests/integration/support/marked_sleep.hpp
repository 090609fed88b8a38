// Sleeping processes that can be found again, whatever they have become a child of.
#pragma once

#include <string>

namespace perfwrap::test {

// A number of milliseconds for `workload sleep` that nobody else uses, more than ten minutes.
std::string unlikely();

// For sh: $W is the workload program, $S the number.
std::string with_workload(const std::string& script, const std::string& sleep);

// How many processes are there that have the word among their arguments.
int running(const std::string& word);

}  // namespace perfwrap::test
