#include "probes/host/host_facts.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <ctime>
#include <string_view>

#include "probes/host/cgroup.hpp"
#include "probes/system/counter_batch.hpp"
#include "probes/system/kernel_text.hpp"
#include "probes/system/small_file.hpp"

namespace perfwrap {
namespace {

bool allows_bpf(std::uint64_t capabilities) {
    constexpr int cap_sys_admin = 21;
    constexpr int cap_perfmon = 38;
    constexpr int cap_bpf = 39;
    const auto has = [&](int capability) { return (capabilities >> capability & 1) != 0; };
    return has(cap_sys_admin) || (has(cap_bpf) && has(cap_perfmon));
}

// The coarse clocks advance at each tick (posix_get_coarse_res, kernel/time/posix-timers.c).
std::uint64_t clock_tick_ns() {
    timespec tick{};
    return ::clock_getres(CLOCK_MONOTONIC_COARSE, &tick) == 0 && tick.tv_sec == 0 ? static_cast<std::uint64_t>(tick.tv_nsec) : 0;
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }
bool can_read(const std::string& path) { return ::access(path.c_str(), R_OK) == 0; }

std::uint64_t descriptor_limit() {
    rlimit limit{};
    return ::getrlimit(RLIMIT_NOFILE, &limit) == 0 ? limit.rlim_cur : HostFacts{}.descriptor_limit;
}

// In a container /proc/meminfo may show the container's limit.
std::uint64_t memory_bytes(const std::string& proc) {
    constexpr std::uint64_t kib = 1024;
    const auto text = read_small_file(proc + "/meminfo").value_or("");
    if (const auto total_kib = leading_number(field_of(text, "MemTotal"))) return *total_kib * kib;
    struct sysinfo system {};
    return ::sysinfo(&system) == 0 ? std::uint64_t{system.totalram} * system.mem_unit : 0;
}

// Reads only the lines of the first CPU: on a large machine the whole file takes milliseconds.
std::string cpu_model(const std::string& proc, const utsname& system) {
    constexpr std::size_t one_cpu = 2048;
    const auto text = read_small_file(proc + "/cpuinfo", one_cpu).value_or("");
    const auto model = field_of(text, "model name");
    return model.empty() ? std::string{system.machine} : std::string{model};
}

}  // namespace

HostFacts gather_host_facts(const HostFiles& files) {
    HostFacts facts;
    utsname system{};
    ::uname(&system);
    facts.hostname = system.nodename;
    facts.kernel = system.release;
    facts.cpu_model = cpu_model(files.proc, system);
    facts.cpus = online_cpus();
    facts.memory_bytes = memory_bytes(files.proc);
    facts.clock_tick_ns = clock_tick_ns();

    const auto status = read_small_file(files.proc + "/self/status");
    facts.proc_mounted = status.has_value();
    facts.root = ::geteuid() == 0;
    facts.descriptor_limit = descriptor_limit();
    facts.capability_bpf = allows_bpf(leading_number(field_of(status.value_or(""), "CapPrm"), 16).value_or(0));
    facts.kernel_btf = can_read(files.sys + "/kernel/btf/vmlinux");

    facts.proc_children = can_read(files.proc + "/thread-self/children");
    // Only whether it exists: perfwrap cannot read its own if its file has capabilities, but may read the command's.
    facts.proc_io = exists(files.proc + "/self/io");
    facts.smaps_rollup = can_read(files.proc + "/self/smaps_rollup");
    const auto swaps = read_small_file(files.proc + "/swaps").value_or("");
    facts.swap = swaps.find("\n/") != std::string::npos;

    const auto cgroup = memory_cgroup_facts();
    facts.cgroup_memory = cgroup.version;
    facts.cgroup_peak = cgroup.keeps_peak;
    if (!cgroup.leaf_parent) facts.cgroup_refusal = cgroup.leaf_parent.error();
    return facts;
}

}  // namespace perfwrap
