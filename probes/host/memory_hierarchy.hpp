// Where a process is in the hierarchy that has the memory controller: pure functions of the texts of /proc.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "probes/host/host_facts.hpp"

namespace perfwrap {

// Where the memory controller is mounted and where a process is in it.
struct MemoryHierarchy {
    CgroupMemory version = CgroupMemory::none;
    std::string mount_point;
    std::optional<std::string> own_directory;  // empty: the mount shows another part of the hierarchy
};

// From the texts of /proc/self/mountinfo and /proc/self/cgroup: proc_pid_mountinfo(5), cgroups(7). A mounted v1 controller takes
// precedence, since v2 cannot have it then. Empty: no hierarchy that could have the memory controller is mounted.
std::optional<MemoryHierarchy> find_memory_hierarchy(std::string_view mountinfo, std::string_view cgroup);

// The directory of a process in the hierarchy of a version 1 controller, or in that of version 2 for "". Empty: it has none, or
// no mount shows it.
struct CgroupDirectory {
    std::string mount_point;
    std::string directory;
};
std::optional<CgroupDirectory> directory_in_hierarchy(std::string_view mountinfo, std::string_view cgroup,
                                                      std::string_view controller);

// The path of a process's cgroup that has the memory controller, from the text of its /proc/PID/cgroup.
std::optional<std::string> path_of_cgroup(std::string_view cgroup, CgroupMemory version);

// Directories in which a leaf may be made, best first. root: whether the root of the hierarchy may be used as a last resort.
std::vector<std::string> leaf_parents(const MemoryHierarchy& hierarchy, bool root);

}  // namespace perfwrap
