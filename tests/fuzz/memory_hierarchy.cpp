// The text of /proc/self/cgroup, a NUL, and the text of /proc/self/mountinfo.
#include "probes/host/memory_hierarchy.hpp"

#include <algorithm>

#include "tests/fuzz/fields.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"

namespace perfwrap::fuzz {

void memory_hierarchy(std::string_view input) {
    Fields fields(input);
    const auto cgroup = fields.view();
    const auto hierarchy = find_memory_hierarchy(fields.rest(), cgroup);
    if (!hierarchy) return;
    require(hierarchy->version != CgroupMemory::none, "a hierarchy has a version");
    const auto& mount = hierarchy->mount_point;
    if (const auto& own = hierarchy->own_directory)
        require(own->starts_with(mount) && own->find("/..", mount.size()) == std::string::npos,
                "the own directory is below the mount point");
    for (const bool root : {false, true}) {
        const auto parents = leaf_parents(*hierarchy, root);
        require(parents.size() <= 2 && std::ranges::all_of(parents, [&](const auto& each) { return each.starts_with(mount); }),
                "leaves are made below the mount point");
        require(root ? !parents.empty() : parents.empty() == !hierarchy->own_directory, "a known place is a possible place");
    }
}

}  // namespace perfwrap::fuzz
