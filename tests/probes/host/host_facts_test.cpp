#include "probes/host/host_facts.hpp"

#include <sys/utsname.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/support/fake_proc.hpp"

using namespace perfwrap;
using perfwrap::test::FakeProc;

namespace {

HostFacts facts_with_capabilities(const std::string& permitted) {
    const FakeProc fake;
    fake.write("self/status", "Name:\tperfwrap\nCapInh:\tffffffffffffffff\nCapPrm:\t" + permitted +
                                  "\nCapEff:\t0000000000000000\nCapBnd:\tffffffffffffffff\n");
    return gather_host_facts({.proc = fake.root(), .sys = fake.root()});
}

}  // namespace

TEST_CASE("BPF requires CAP_BPF with CAP_PERFMON, or CAP_SYS_ADMIN, in the permitted set") {
    CHECK(facts_with_capabilities("000000c000000000").capability_bpf);
    CHECK(facts_with_capabilities("0000000000200000").capability_bpf);
    CHECK_FALSE(facts_with_capabilities("0000008000000000").capability_bpf);
    CHECK_FALSE(facts_with_capabilities("0000004000000000").capability_bpf);
    CHECK_FALSE(facts_with_capabilities("0000000000000000").capability_bpf);
}

TEST_CASE("files that a kernel leaves out of /proc are reported as missing") {
    const FakeProc fake;
    const auto bare = gather_host_facts({.proc = fake.root(), .sys = fake.root()});
    CHECK_FALSE(bare.proc_mounted);
    CHECK_FALSE(bare.proc_children);
    CHECK_FALSE(bare.proc_io);
    CHECK_FALSE(bare.smaps_rollup);
    CHECK_FALSE(bare.swap);
    CHECK_FALSE(bare.kernel_btf);
    CHECK(bare.memory_bytes > 0);  // from sysinfo(2)

    fake.write("self/status", "CapPrm:\t0\n");
    fake.write("self/io", "");
    fake.write("self/smaps_rollup", "");
    fake.write("thread-self/children", "");
    fake.write("kernel/btf/vmlinux", "");
    const auto full = gather_host_facts({.proc = fake.root(), .sys = fake.root()});
    CHECK(full.proc_mounted);
    CHECK(full.proc_children);
    CHECK(full.proc_io);
    CHECK(full.smaps_rollup);
    CHECK(full.kernel_btf);
}

TEST_CASE("swap is active when the kernel lists a device or file") {
    const FakeProc fake;
    fake.write("swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
    CHECK_FALSE(gather_host_facts({.proc = fake.root(), .sys = fake.root()}).swap);
    fake.write("swaps",
               "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/dm-1                               "
               "partition\t1003516\t\t0\t\t-2\n");
    CHECK(gather_host_facts({.proc = fake.root(), .sys = fake.root()}).swap);
}

TEST_CASE("the processor has the name that the kernel gives it, or that of its architecture") {
    const FakeProc fake;
    fake.write("cpuinfo", "processor\t: 0\nmodel\t\t: 85\nmodel name\t: Quick CPU @ 3.00GHz\ncpu MHz\t\t: 3000\n");
    fake.write("meminfo", "MemTotal:       24684084 kB\nMemFree:        1 kB\n");
    const auto facts = gather_host_facts({.proc = fake.root(), .sys = fake.root()});
    CHECK(facts.cpu_model == "Quick CPU @ 3.00GHz");
    CHECK(facts.memory_bytes == 24684084ULL * 1024);

    fake.write("cpuinfo", "processor\t: 0\nCPU part\t: 0xd0c\n");
    utsname system{};
    REQUIRE(::uname(&system) == 0);
    CHECK(gather_host_facts({.proc = fake.root(), .sys = fake.root()}).cpu_model == system.machine);
}

TEST_CASE("this host has a name, a kernel, processors and memory") {
    const auto facts = gather_host_facts();
    utsname system{};
    REQUIRE(::uname(&system) == 0);
    CHECK(facts.hostname == system.nodename);
    CHECK(facts.kernel == system.release);
    CHECK(facts.cpus >= 1);
    CHECK(facts.cpus <= ::sysconf(_SC_NPROCESSORS_CONF));
    CHECK(facts.memory_bytes ==
          static_cast<std::uint64_t>(::sysconf(_SC_PHYS_PAGES)) * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE)));
    CHECK(facts.proc_mounted);
    CHECK(facts.root == (::geteuid() == 0));
}

TEST_CASE("the clock ticks between one hundred and one thousand times a second, or somewhat beyond") {
    const auto tick_ns = gather_host_facts().clock_tick_ns;
    CHECK(tick_ns >= 500'000);
    CHECK(tick_ns <= 20'000'000);
}
