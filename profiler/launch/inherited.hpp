// What perfwrap was started with and passes on to the command.
//
// A program whose file has capabilities starts in the kernel's and the C library's secure mode (AT_SECURE in getauxval(3)): LD_*,
// TMPDIR and others are removed from its environment, closed streams are opened, and a large stack limit is lowered. The command
// has no such capabilities and gets all of that back.
#pragma once

#include <sys/resource.h>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace perfwrap {

struct Inherited {
    std::vector<std::string> environment;  // as execve takes it
    std::vector<int> closed_streams;       // open in perfwrap only because the C library opened them
    std::span<char> arguments;             // perfwrap's own, where the kernel reads them
    std::optional<rlim_t> stack_limit;     // the soft limit, if the kernel has lowered perfwrap's own
};

// Takes the arguments of main(), unchanged.
Inherited inherited(int argc, char** argv);

}  // namespace perfwrap
