// What this host is and allows, determined once. Facts only; what follows from them is decided in profiler/plan.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

namespace perfwrap {

enum class CgroupMemory : std::uint8_t { none, v1, v2 };

struct HostFacts {
    std::string hostname;
    std::string kernel;  // uname -r
    std::string cpu_model;
    int cpus = 0;
    std::uint64_t memory_bytes = 0;
    std::uint64_t clock_tick_ns = 0;  // of the kernel (CONFIG_HZ), not of sysconf(3); 0: not known

    bool root = false;            // effective uid 0
    bool capability_bpf = false;  // permitted CAP_BPF and CAP_PERFMON, or CAP_SYS_ADMIN
    bool kernel_btf = false;      // /sys/kernel/btf/vmlinux can be read
    // Why the BPF programs cannot be used, a sentence by itself; empty: they can, or were not tried.
    std::optional<std::string> bpf_refusal;

    // How many descriptors perfwrap may have open.
    std::uint64_t descriptor_limit = std::numeric_limits<std::uint64_t>::max();

    // The kernel reports changes of a memory cgroup's counters (memcg:mod_memcg_lruvec_state, Linux 6.13 and later). Empty: not
    // looked up, since that requires reading all of the kernel's type information.
    std::optional<bool> memcg_events;

    // The kernel adds a thread's page faults to its memory counters only after more than 64 of them (before Linux 6.2). Set by
    // the eBPF probe once it is loaded.
    bool faults_told_late = false;

    bool proc_mounted = false;
    bool proc_children = false;  // /proc/PID/task/TID/children exists (CONFIG_PROC_CHILDREN)
    bool proc_io = false;        // /proc/PID/io exists (CONFIG_TASK_IO_ACCOUNTING)
    bool smaps_rollup = false;   // /proc/self/smaps_rollup
    bool swap = false;           // some swap is active

    CgroupMemory cgroup_memory = CgroupMemory::none;
    bool cgroup_peak = false;                   // the controller keeps a maximum (v1; v2 from Linux 5.19)
    std::optional<std::string> cgroup_refusal;  // why perfwrap cannot make a leaf of its own; empty: it can
};

// Where the kernel describes itself.
struct HostFiles {
    std::string proc = "/proc";
    std::string sys = "/sys";
};

// Takes well below a millisecond: it runs before every command.
HostFacts gather_host_facts(const HostFiles& files = {});

}  // namespace perfwrap
