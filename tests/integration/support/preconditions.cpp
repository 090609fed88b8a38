#include "tests/integration/support/preconditions.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <utility>

#include "tests/integration/support/cgroups.hpp"
#include "tests/support/sanitized.hpp"

namespace perfwrap::test {

std::optional<std::string> not_root() {
    if (::geteuid() == 0) return std::nullopt;
    return "needs root";
}

std::optional<std::string> no_ebpf() {
    if (const auto reason = not_root()) return "eBPF " + *reason;
    if (!std::filesystem::exists("/sys/kernel/btf/vmlinux")) return "the kernel has no BTF (/sys/kernel/btf/vmlinux is missing)";
    return std::nullopt;
}

bool kernel_at_least(int major, int minor) {
    utsname system{};
    std::pair<int, int> running;
    return ::uname(&system) == 0 && std::sscanf(system.release, "%d.%d", &running.first, &running.second) == 2 &&
           running >= std::pair(major, minor);
}

std::optional<std::string> no_memory_cgroup() {
    const auto cgroup = MemoryCgroup::make(std::uint64_t{1} << 40);
    return cgroup ? std::nullopt : std::optional(cgroup.error());
}

std::optional<std::string> sanitizer_that(const std::string& reason) {
    return sanitized ? std::optional("a sanitizer's run-time library " + reason) : std::nullopt;
}

bool skipped(const std::optional<std::string>& reason) {
    if (!reason) return false;
    fmt::print("SKIPPED: {}\n", *reason);
    std::fflush(stdout);
    return true;
}

}  // namespace perfwrap::test
