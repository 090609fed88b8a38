// Control groups that are frozen: their processes act on no signal, in version 1 not even on SIGKILL.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>

namespace perfwrap {

// Thaws the cgroups that keep the process frozen, in which there are no other processes than those of the tree. Returns the
// directory of one that stays frozen; empty: there is none.
std::optional<std::string> thaw_cgroups_of(pid_t pid, const std::function<bool(pid_t)>& of_tree);

}  // namespace perfwrap
