#include "profiler/plan/obstacles.hpp"

#include <fmt/format.h>

namespace perfwrap {

std::optional<Obstacle> ebpf_obstacle(const HostFacts& facts) {
    if (const auto obstacle = procfs_obstacle(facts)) return obstacle;  // perfwrap also reads its own capabilities there
    if (!facts.kernel_btf)
        return Obstacle{"the kernel's type information /sys/kernel/btf/vmlinux cannot be read",
                        "use a kernel built with CONFIG_DEBUG_INFO_BTF=y and make /sys visible"};
    if (!facts.capability_bpf && facts.root)
        return Obstacle{"this root user lacks CAP_BPF and CAP_PERFMON",
                        "start the container with --cap-add BPF --cap-add PERFMON"};
    if (!facts.capability_bpf)
        return Obstacle{"perfwrap runs neither as root nor with CAP_BPF and CAP_PERFMON",
                        "sudo setcap cap_bpf,cap_perfmon+ep \"$(command -v perfwrap)\""};
    if (facts.bpf_refusal) {
        // Programs, maps and tracepoints take about forty.
        constexpr std::uint64_t enough_descriptors = 64;
        const auto remedy = facts.descriptor_limit < enough_descriptors
                                ? fmt::format("raise the limit of {} open files with ulimit -n", facts.descriptor_limit)
                            : facts.root ? "allow bpf(2) in the container's seccomp profile, or leave kernel lockdown"
                                         : "run perfwrap as root";
        return Obstacle{*facts.bpf_refusal, remedy};
    }
    return std::nullopt;
}

std::optional<Obstacle> procfs_obstacle(const HostFacts& facts) {
    if (!facts.proc_mounted) return Obstacle{"/proc is not mounted", "mount -t proc proc /proc"};
    return std::nullopt;
}

std::optional<Obstacle> cgroup_obstacle(const HostFacts& facts) {
    if (facts.cgroup_memory == CgroupMemory::none)
        return Obstacle{"no memory cgroup controller is mounted under /sys/fs/cgroup",
                        "boot with cgroup_enable=memory, or mount the controller"};
    if (!facts.cgroup_refusal) return std::nullopt;
    if (facts.root) return Obstacle{*facts.cgroup_refusal, "make /sys/fs/cgroup writable for perfwrap"};
    return Obstacle{*facts.cgroup_refusal, facts.cgroup_memory == CgroupMemory::v2
                                               ? "systemd-run --user --scope -p Delegate=yes perfwrap --cgroup COMMAND"
                                               : "run perfwrap as root"};
}

std::string explain(const Obstacle& obstacle) { return fmt::format("{} ({})", obstacle.why, obstacle.remedy); }

}  // namespace perfwrap
