// Runs code in a child process, under limits and filters that end with that process.
#pragma once

#include <functional>
#include <vector>

namespace perfwrap::test {

// Runs `work` in a forked process. Its return value is the exit code; 128 + N stands for signal N.
int in_child(const std::function<int()>& work);

// From here on no file system seems to support O_TMPFILE. False if the kernel refuses the filter.
bool refuse_unnamed_files();

using SystemCalls = std::vector<long>;

// The system calls that rename(3) may use.
extern const SystemCalls renaming_calls;

// From here on the first of these calls kills the process by SIGSYS before it has any effect. False if the kernel refuses the
// filter.
bool die_at(const SystemCalls& calls);

// From here on each of these calls fails with that error. False if the kernel refuses the filter.
bool refuse_calls(const SystemCalls& calls, int error);

}  // namespace perfwrap::test
