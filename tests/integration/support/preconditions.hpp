// What a test requires of the host. Determined without perfwrap, so that tests of a broken perfwrap fail instead of being
// skipped.
#pragma once

#include <optional>
#include <string>

namespace perfwrap::test {

// Why eBPF cannot be expected to work here; empty if it must.
std::optional<std::string> no_ebpf();

// Why this process cannot become another user.
std::optional<std::string> not_root();

// The running kernel's version: the beginning of uname -r.
bool kernel_at_least(int major, int minor);

// Why no memory cgroup can be made here.
std::optional<std::string> no_memory_cgroup();

// Why tests that do not work under a sanitizer are skipped; empty in a build without sanitizers.
std::optional<std::string> sanitizer_that(const std::string& reason);

// Prints "SKIPPED: ..." if there is a reason, which the test runner counts as skipped. True: return from the test.
bool skipped(const std::optional<std::string>& reason);

}  // namespace perfwrap::test
