// The command's own memory cgroup: the kernel keeps the peak of everything charged to it, including page cache and kernel memory.
//
// v1: a leaf below perfwrap's own cgroup. v2: perfwrap's own cgroup holds processes, so the controller cannot be enabled for its
// children; the new cgroup becomes its sibling, to which limits set on perfwrap's own cgroup do not apply. The processes are in
// an inner cgroup, so that a perfwrap that runs inside can make its own leaf beside it, which is charged to this one as well. The
// next perfwrap in the same place removes the leaves of one that was killed: they have the right name, are empty, and are not
// locked by any process.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "probes/host/host_facts.hpp"
#include "probes/system/unique_fd.hpp"

namespace perfwrap {

// Which memory cgroup this process could make. Facts only: makes nothing.
struct MemoryCgroupFacts {
    CgroupMemory version = CgroupMemory::none;
    bool keeps_peak = false;
    tl::expected<std::string, std::string> leaf_parent;  // error: why a leaf cannot be made
};
MemoryCgroupFacts memory_cgroup_facts();

// What is charged to a cgroup and those below it at one moment, each page once.
struct PhysicalMemory {
    std::uint64_t anon_bytes = 0;
    std::uint64_t file_mapped_bytes = 0;
    std::uint64_t shmem_bytes = 0;

    bool operator==(const PhysicalMemory&) const = default;
};

// From the text of memory.stat. Empty: a figure is missing.
std::optional<PhysicalMemory> parse_memory_stat(std::string_view text, CgroupMemory version);

class MemoryCgroup {
public:
    // Error: the directory, the reason and what would help.
    static tl::expected<MemoryCgroup, std::string> create();

    MemoryCgroup(MemoryCgroup&&) noexcept = default;
    MemoryCgroup& operator=(MemoryCgroup&& other) noexcept;
    ~MemoryCgroup() { remove(); }

    // The forked child writes "0" here before its exec. Close-on-exec.
    int procs_fd() const { return procs_.get(); }

    const std::string& directory() const { return directory_; }
    // The inode of its directory, which is its id in the kernel; 0: it is gone.
    std::uint64_t id() const;

    std::optional<std::uint64_t> peak_bytes() const;  // empty: the kernel keeps no peak (v2 before Linux 5.19)
    std::optional<std::uint64_t> oom_kills() const;

    std::optional<PhysicalMemory> physical() const;

    // Whether the process is in it or in one below it. Empty: not known, or it has ended.
    std::optional<bool> holds(pid_t pid) const;

    // Does nothing while processes are alive in it.
    void remove();

private:
    MemoryCgroup() = default;

    CgroupMemory version_ = CgroupMemory::none;
    bool sees_processes_ = false;
    std::string directory_;  // empty once removed
    UniqueFd lock_;          // of the directory
    UniqueFd procs_;
};

}  // namespace perfwrap
