// What a test needs of the host. Found out without perfwrap, so that a broken perfwrap fails instead of being skipped.
#pragma once

#include <optional>
#include <string>

namespace perfwrap::test {

// Why eBPF cannot be expected to work here; empty if it must.
std::optional<std::string> no_ebpf();

// Why this process cannot become another user.
std::optional<std::string> not_root();

// The running kernel's version, as uname -r begins.
bool kernel_at_least(int major, int minor);

// Why no memory cgroup can be made here.
std::optional<std::string> no_memory_cgroup();

// Why what a sanitizer cannot stand cannot be tested; empty in a build without.
std::optional<std::string> sanitizer_that(const std::string& reason);

// Prints "SKIPPED: ..." if there is a reason, which the test runner counts as skipped. True: return from the test.
bool skipped(const std::optional<std::string>& reason);

}  // namespace perfwrap::test
