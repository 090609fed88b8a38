// Code under limits and filters that end with the process that set them.
#pragma once

#include <functional>
#include <vector>

namespace perfwrap::test {

// Runs `work` in a forked process. Its return value is the exit code; 128 + N stands for signal N.
int in_child(const std::function<int()>& work);

// From here on every file system seems to be without O_TMPFILE. False if the kernel refuses the filter.
bool refuse_unnamed_files();

using SystemCalls = std::vector<long>;

// By which rename(3) may do its work.
extern const SystemCalls renaming_calls;

// From here on the first of these calls kills the process before it does anything, by SIGSYS. False if the kernel refuses the
// filter.
bool die_at(const SystemCalls& calls);

}  // namespace perfwrap::test
