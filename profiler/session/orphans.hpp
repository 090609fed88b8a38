// Ends or names the processes that the command leaves running.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "probes/recording/probe.hpp"
#include "profiler/session/tree_end.hpp"

namespace perfwrap {

// Waits until then, or until a signal or an ended child has been handled. True: meanwhile perfwrap was asked to end.
using Wait = std::function<bool(std::uint64_t until_ns)>;

using NamesByPid = std::map<int, std::string>;

// Sends the signal of the next step to the live processes of the tree, if a step is due, and adds those that got it to
// `signalled`. What is frozen is thawed, so that it can act on it. Returns false if there is nothing more to do: perfwrap may not
// signal any of them, because they are another user's, or has given up.
bool end_tree(Probe& probe, TreeEnd& end, std::uint64_t now_ns, NamesByPid& signalled);

// Ends all live processes, and those that they start meanwhile. Returns "name (pid)" of each that has ended.
std::vector<std::string> kill_orphans(Probe& probe, TreeEnd& end, const std::function<bool()>& somebody_is_left,
                                      const Wait& wait);

// "name (pid)" of each live process. Waits a moment for helpers that end right after the command.
std::vector<std::string> names_of_orphans(Probe& probe, const Wait& wait);

// "name (pid, state D)" of each live process, with the frozen cgroup that it is in: why SIGKILL has not ended it.
std::vector<std::string> states_of_survivors(Probe& probe);

}  // namespace perfwrap
