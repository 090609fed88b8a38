// Hosts for tests that need no kernel.
#pragma once

#include "probes/host/host_facts.hpp"

namespace perfwrap {

inline HostFacts ordinary_host() {
    HostFacts facts;
    facts.hostname = "box";
    facts.kernel = "6.1.0";
    facts.cpu_model = "Example CPU";
    facts.cpus = 2;
    facts.memory_bytes = std::uint64_t{8} << 30;
    facts.kernel_btf = true;
    facts.proc_mounted = true;
    facts.proc_children = true;
    facts.proc_io = true;
    facts.smaps_rollup = true;
    facts.cgroup_memory = CgroupMemory::v2;
    facts.cgroup_peak = true;
    facts.cgroup_refusal = "/sys/fs/cgroup/perfwrap: Permission denied";
    return facts;
}

inline HostFacts privileged_host() {
    HostFacts facts = ordinary_host();
    facts.root = true;
    facts.capability_bpf = true;
    facts.cgroup_refusal.reset();
    return facts;
}

}  // namespace perfwrap
