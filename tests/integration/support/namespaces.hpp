// perfwrap in other namespaces than those of the test.
#pragma once

#include <optional>
#include <string>

#include "run_perfwrap.hpp"

namespace perfwrap::test {

// The command line of perfwrap after another program, such as unshare(1).
Measured measure_behind(const Words& wrapper, const Words& options, const Words& command);

// Why namespaces of these kinds cannot be made. The kinds are options of unshare(1).
std::optional<std::string> no_namespaces(const Words& options);

}  // namespace perfwrap::test
