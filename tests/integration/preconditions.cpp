#include "preconditions.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

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

bool skipped(const std::optional<std::string>& reason) {
    if (!reason) return false;
    fmt::print("SKIPPED: {}\n", *reason);
    std::fflush(stdout);
    return true;
}

}  // namespace perfwrap::test
