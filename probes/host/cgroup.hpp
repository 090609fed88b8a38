// A memory cgroup of the command's own: the kernel keeps the peak of everything charged to it, page cache and kernel memory
// included.
//
// v1: a leaf below perfwrap's own cgroup. v2: perfwrap's own cgroup holds processes, so that the controller cannot be passed on
// to children of it; the new one becomes its sibling, where limits set on perfwrap's own cgroup do not reach. It has an inner
// cgroup for the processes, so that a perfwrap inside it finds a place for its own, charged to this one as well.
// Leaves of a perfwrap that was killed are recognised by their name, by nobody holding their lock and by being empty;
// the next perfwrap in the same place removes them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <tl/expected.hpp>

#include "probes/host/host_facts.hpp"
#include "probes/system/unique_fd.hpp"

namespace perfwrap {

// What this process can have. Facts only: makes nothing.
struct MemoryCgroupFacts {
    CgroupMemory version = CgroupMemory::none;
    bool keeps_peak = false;
    tl::expected<std::string, std::string> leaf_parent;  // or why there is no place for a leaf
};
MemoryCgroupFacts memory_cgroup_facts();

class MemoryCgroup {
public:
    // Error: names the directory and what would help.
    static tl::expected<MemoryCgroup, std::string> create();

    MemoryCgroup(MemoryCgroup&&) noexcept = default;
    MemoryCgroup& operator=(MemoryCgroup&& other) noexcept;
    ~MemoryCgroup() { remove(); }

    // The forked child writes "0" here before its exec. Close-on-exec.
    int procs_fd() const { return procs_.get(); }

    const std::string& directory() const { return directory_; }
    // The inode of its directory, by which the kernel knows it; 0: it is gone.
    std::uint64_t id() const;

    std::optional<std::uint64_t> peak_bytes() const;  // none: the kernel keeps none (v2 before Linux 5.19)
    std::optional<std::uint64_t> oom_kills() const;

    // Leaves it where processes live on in it.
    void remove();

private:
    MemoryCgroup() = default;

    CgroupMemory version_ = CgroupMemory::none;
    std::string directory_;  // empty once removed
    UniqueFd lock_;          // of the directory
    UniqueFd procs_;
};

}  // namespace perfwrap
