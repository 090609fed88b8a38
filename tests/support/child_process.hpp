// Code under limits and filters that end with the process that set them.
#pragma once

#include <functional>

namespace perfwrap::test {

// Runs `work` in a forked process. Its return value is the exit code; 128 + N stands for signal N.
int in_child(const std::function<int()>& work);

// From here on every file system seems to be without O_TMPFILE. False if the kernel refuses the filter.
bool refuse_unnamed_files();

}  // namespace perfwrap::test
