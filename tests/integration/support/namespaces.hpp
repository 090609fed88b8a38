// perfwrap within other namespaces than the test's.
#pragma once

#include <optional>
#include <string>

#include "run_perfwrap.hpp"

namespace perfwrap::test {

// perfwrap with what stands before it on the command line, as unshare(1) does.
Measured measure_behind(const Words& wrapper, const Words& options, const Words& command);

// Why namespaces of these kinds cannot be made: as unshare(1) takes them.
std::optional<std::string> no_namespaces(const Words& options);

}  // namespace perfwrap::test
