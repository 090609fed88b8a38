// Ends or names the processes that the command leaves running.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "probes/recording/probe.hpp"
#include "profiler/session/tree_end.hpp"

namespace perfwrap {

// Waits until then, or until a signal or an ended child has been handled.
using Wait = std::function<void(std::uint64_t until_ns)>;

// Sends the signal of the next step to the live processes of the tree, if a step is due. Returns false if perfwrap may not signal
// any of them, because they are another user's.
bool end_tree(Probe& probe, TreeEnd& end, std::uint64_t now_ns);

// Ends all live processes, and those that they start meanwhile. orphans_ended: how many processes have ended as children of
// perfwrap in this run; wait() updates it.
void kill_orphans(Probe& probe, TreeEnd& end, const std::uint64_t& orphans_ended, const Wait& wait);

// "name (pid)" of each live process. Waits a moment for helpers that end right after the command.
std::vector<std::string> names_of_orphans(Probe& probe, const Wait& wait);

}  // namespace perfwrap
