// What the command leaves alive: ended, or named.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "probes/recording/probe.hpp"
#include "profiler/session/tree_end.hpp"

namespace perfwrap {

// Handles signals and ended children until then, or until one of them comes.
using Wait = std::function<void(std::uint64_t until_ns)>;

// Signals the live processes of the tree as the next step says, if one is due. False: none of them may be signalled, they are
// another user's.
bool end_tree(Probe& probe, TreeEnd& end, std::uint64_t now_ns);

// Ends what is alive, and whatever that starts meanwhile. orphans_ended: how many have ended as children of perfwrap, in this run
// and while wait() is called.
void kill_orphans(Probe& probe, TreeEnd& end, const std::uint64_t& orphans_ended, const Wait& wait);

// "name (pid)" of each process that is alive. Helpers that end with the command, a moment after it, are waited for.
std::vector<std::string> names_of_orphans(Probe& probe, const Wait& wait);

}  // namespace perfwrap
