// What perfwrap was started with and passes on to the command.
//
// A program whose file has capabilities starts in the kernel's and the C library's secure mode (AT_SECURE in getauxval(3)): LD_*,
// TMPDIR and others leave its environment, streams that are closed get opened, a large stack limit is cut. The command has no
// such capabilities, and would have been started with all of that.
#pragma once

#include <sys/resource.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace perfwrap {

struct Inherited {
    std::vector<std::string> environment;  // as execve takes it
    std::vector<int> closed_streams;       // open in perfwrap only since the C library opened them
    std::span<char> arguments;             // perfwrap's own, where the kernel reads them
    std::optional<rlim_t> stack_limit;     // the soft limit, where the kernel has cut perfwrap's own
};

// Of this process, from the arguments of main(), which must not have been changed.
Inherited inherited(int argc, char** argv);

}  // namespace perfwrap
