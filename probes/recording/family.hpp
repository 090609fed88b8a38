// Which rows of a process table can be shown together with their ancestors.
#pragma once

#include <cstddef>
#include <vector>

#include "probes/recording/process_table.hpp"

namespace perfwrap {

// Of the rows, at most `limit`, in their order: the earlier ones first, each with its ancestors. A row one of whose ancestors in
// the tree is not there is left out, and one that does not fit with all of them.
std::vector<ProcessFacts> with_ancestors(const std::vector<ProcessFacts>& rows, std::size_t limit);

}  // namespace perfwrap
