#include "probes/host/cgroup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>
#include <filesystem>
#include <iostream>

#include "probes/host/memory_hierarchy.hpp"
#include "tests/support/sanitized.hpp"
#include "tests/support/units.hpp"

using namespace perfwrap;
using namespace perfwrap::test;

namespace {

const std::string v1_mounts =
    "27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n"
    "34 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct\n"
    "35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:7 master:1 - cgroup cgroup rw,memory\n";
const std::string v2_mount =
    "41 31 0:38 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n";
const std::string hybrid_v2_mount = "42 31 0:39 / /sys/fs/cgroup/unified rw shared:5 - cgroup2 cgroup2 rw\n";

// Runs the body in a forked child that has entered the cgroup before.
template <class Body>
pid_t fork_into(const MemoryCgroup& cgroup, Body body) {
    const pid_t child = ::fork();
    if (child != 0) return child;
    if (::write(cgroup.procs_fd(), "0", 1) != 1) ::_exit(99);
    body();
    ::_exit(0);
}

int wait_for(pid_t child) {
    int status = 0;
    ::waitpid(child, &status, 0);
    return status;
}

void fill(std::size_t bytes) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) ::_exit(98);
    std::memset(memory, 1, bytes);
    ::munmap(memory, bytes);
}

// A cgroup; if this host does not allow one, prints SKIPPED.
std::optional<MemoryCgroup> own_cgroup_or_skip() {
    auto cgroup = MemoryCgroup::create();
    if (cgroup) return *std::move(cgroup);
    std::cerr << "SKIPPED: " << cgroup.error() << '\n';
    return std::nullopt;
}

}  // namespace

TEST_CASE("a v1 memory controller is found by its own line, among others") {
    const auto found = find_memory_hierarchy(v1_mounts, "9:name=systemd:/\n4:memory:/user/job\n2:cpuacct,cpu:/elsewhere\n0::/\n");
    REQUIRE(found);
    CHECK(found->version == CgroupMemory::v1);
    CHECK(found->mount_point == "/sys/fs/cgroup/memory");
    CHECK(found->own_directory == "/sys/fs/cgroup/memory/user/job");
    CHECK(leaf_parents(*found, false) == std::vector<std::string>{"/sys/fs/cgroup/memory/user/job"});
    CHECK(leaf_parents(*found, true) == std::vector<std::string>{"/sys/fs/cgroup/memory/user/job", "/sys/fs/cgroup/memory"});
}

TEST_CASE("in v2 a leaf is a sibling of the own cgroup, which holds processes") {
    const auto found = find_memory_hierarchy(v2_mount, "0::/user.slice/user-1000.slice/run.scope\n");
    REQUIRE(found);
    CHECK(found->version == CgroupMemory::v2);
    CHECK(found->own_directory == "/sys/fs/cgroup/user.slice/user-1000.slice/run.scope");
    CHECK(leaf_parents(*found, false) == std::vector<std::string>{"/sys/fs/cgroup/user.slice/user-1000.slice"});
    CHECK(leaf_parents(*found, true) == std::vector<std::string>{"/sys/fs/cgroup/user.slice/user-1000.slice", "/sys/fs/cgroup"});
}

TEST_CASE("at the root of v2 a leaf is made below it, since the root may have processes beside children") {
    const auto found = find_memory_hierarchy(v2_mount, "0::/\n");
    REQUIRE(found);
    CHECK(found->own_directory == "/sys/fs/cgroup");
    CHECK(leaf_parents(*found, true) == std::vector<std::string>{"/sys/fs/cgroup"});
}

TEST_CASE("in a hybrid layout the controller is in v1, where it is mounted") {
    const auto found = find_memory_hierarchy(hybrid_v2_mount + v1_mounts, "4:memory:/job\n0::/job.scope\n");
    REQUIRE(found);
    CHECK(found->version == CgroupMemory::v1);
    CHECK(found->own_directory == "/sys/fs/cgroup/memory/job");
}

TEST_CASE("a hybrid layout without a v1 memory controller uses v2") {
    const auto found = find_memory_hierarchy(hybrid_v2_mount, "2:cpu:/job\n0::/job.scope\n");
    REQUIRE(found);
    CHECK(found->version == CgroupMemory::v2);
    CHECK(found->own_directory == "/sys/fs/cgroup/unified/job.scope");
}

TEST_CASE("in a container the mount begins at the container's own cgroup") {
    const std::string mounts = "700 690 0:32 /docker/abc /sys/fs/cgroup/memory ro,nosuid master:17 - cgroup cgroup rw,memory\n";
    CHECK(find_memory_hierarchy(mounts, "4:memory:/docker/abc\n")->own_directory == "/sys/fs/cgroup/memory");
    CHECK(find_memory_hierarchy(mounts, "4:memory:/docker/abc/inner\n")->own_directory == "/sys/fs/cgroup/memory/inner");
}

TEST_CASE("a cgroup outside of what is mounted has no directory") {
    const std::string mounts = "700 690 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n";
    for (const auto* path : {"/docker/abcdef", "/", "/other"}) {
        const auto found = find_memory_hierarchy(mounts, fmt::format("4:memory:{}\n", path));
        REQUIRE(found);
        CHECK_FALSE(found->own_directory);
        CHECK(leaf_parents(*found, false).empty());
        CHECK(leaf_parents(*found, true) == std::vector<std::string>{"/sys/fs/cgroup/memory"});
    }
    CHECK_FALSE(find_memory_hierarchy(v2_mount, "0::/../../outside\n")->own_directory);
}

TEST_CASE("of several mounts the one that shows the own cgroup is used") {
    const auto mounts = "700 690 0:32 /docker/abc /mnt/part rw - cgroup cgroup rw,memory\n" + v1_mounts;
    CHECK(find_memory_hierarchy(mounts, "4:memory:/job\n")->own_directory == "/sys/fs/cgroup/memory/job");
}

TEST_CASE("blanks in a mount point and colons in a path are kept") {
    const std::string mounts = "41 31 0:38 / /my\\040cgroups rw - cgroup2 cgroup2 rw\n";
    CHECK(find_memory_hierarchy(mounts, "0::/a:b/c\n")->own_directory == "/my cgroups/a:b/c");
}

TEST_CASE("without a cgroup mount there is nothing to find") {
    CHECK_FALSE(find_memory_hierarchy("27 1 254:0 / / rw - ext4 /dev/vda rw\n", "0::/\n"));
    CHECK_FALSE(find_memory_hierarchy("", ""));
}

TEST_CASE("the peak of a cgroup is what a process in it touched") {
    auto cgroup = own_cgroup_or_skip();
    if (!cgroup) return;
    REQUIRE(wait_for(fork_into(*cgroup, [] { fill(64 * mib); })) == 0);
    REQUIRE(cgroup->peak_bytes());
    CHECK(*cgroup->peak_bytes() >= 64 * mib);
    if (!thread_sanitizer) CHECK(*cgroup->peak_bytes() < 96 * mib);
    CHECK(cgroup->oom_kills() == 0);
}

TEST_CASE("what is charged to a cgroup is read from memory.stat of either version") {
    const std::string v2 = "anon 4096\nfile 1\nfile_mapped 8192\nshmem 12288\nanon_thp 0\n";
    CHECK(parse_memory_stat(v2, CgroupMemory::v2) == PhysicalMemory{4096, 8192, 12288});
    const std::string v1 = "cache 1\nrss 1\nshmem 1\nmapped_file 1\ntotal_rss 4096\ntotal_shmem 12288\ntotal_mapped_file 8192\n";
    CHECK(parse_memory_stat(v1, CgroupMemory::v1) == PhysicalMemory{4096, 8192, 12288});
    CHECK_FALSE(parse_memory_stat("anon 4096\n", CgroupMemory::v2));
    CHECK_FALSE(parse_memory_stat("", CgroupMemory::v1));
}

TEST_CASE("a cgroup knows which processes are in it or below it") {
    auto cgroup = own_cgroup_or_skip();
    if (!cgroup) return;
    CHECK(cgroup->holds(::getpid()) == false);
    int joined[2];
    REQUIRE(::pipe(joined) == 0);
    const pid_t member = fork_into(*cgroup, [&] {
        if (::write(joined[1], "x", 1) == 1) ::pause();
    });
    char byte = 0;
    REQUIRE(::read(joined[0], &byte, 1) == 1);
    ::close(joined[0]);
    ::close(joined[1]);
    CHECK(cgroup->holds(member) == true);
    const auto below = cgroup->directory() + "/below";
    std::filesystem::create_directory(below);
    const UniqueFd procs{::open((below + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC)};
    const auto pid = std::to_string(member);
    REQUIRE(::write(procs.get(), pid.data(), pid.size()) > 0);
    CHECK(cgroup->holds(member) == true);
    ::kill(member, SIGKILL);
    wait_for(member);
    CHECK_FALSE(cgroup->holds(member));
}

TEST_CASE("a cgroup is removed with its owner") {
    std::string directory;
    {
        auto cgroup = own_cgroup_or_skip();
        if (!cgroup) return;
        directory = cgroup->directory();
        CHECK(std::filesystem::exists(directory));
        REQUIRE(wait_for(fork_into(*cgroup, [] {})) == 0);
        auto moved = *std::move(cgroup);
        CHECK(moved.directory() == directory);
        CHECK(std::filesystem::exists(directory));
    }
    CHECK_FALSE(std::filesystem::exists(directory));
}

TEST_CASE("a cgroup with a process in it is left to a later perfwrap, which removes it when it is empty") {
    auto cgroup = own_cgroup_or_skip();
    if (!cgroup) return;
    const auto directory = cgroup->directory();
    int joined[2];
    REQUIRE(::pipe(joined) == 0);
    const pid_t daemon = fork_into(*cgroup, [&] {
        if (::write(joined[1], "x", 1) == 1) ::pause();
    });
    char byte = 0;
    REQUIRE(::read(joined[0], &byte, 1) == 1);
    ::close(joined[0]);
    ::close(joined[1]);
    cgroup.reset();
    CHECK(std::filesystem::exists(directory));
    { const auto other = MemoryCgroup::create(); }
    CHECK(std::filesystem::exists(directory));

    ::kill(daemon, SIGKILL);
    wait_for(daemon);
    { const auto other = MemoryCgroup::create(); }
    CHECK_FALSE(std::filesystem::exists(directory));
}

TEST_CASE("cgroups that the command made below its own are removed with it, once no process is left in them") {
    auto cgroup = own_cgroup_or_skip();
    if (!cgroup) return;
    const auto directory = cgroup->directory();
    const auto below = directory + "/below/deeper";
    std::filesystem::create_directories(below);
    const UniqueFd procs{::open((below + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC)};
    const pid_t sleeper = ::fork();
    if (sleeper == 0) ::pause();
    const auto pid = std::to_string(sleeper);
    REQUIRE(::write(procs.get(), pid.data(), pid.size()) > 0);
    cgroup.reset();
    CHECK(std::filesystem::exists(below));
    ::kill(sleeper, SIGKILL);
    wait_for(sleeper);
    { const auto other = MemoryCgroup::create(); }
    CHECK_FALSE(std::filesystem::exists(directory));

    auto another = own_cgroup_or_skip();
    const auto its_directory = another->directory();
    std::filesystem::create_directories(its_directory + "/below/deeper");
    another.reset();
    CHECK_FALSE(std::filesystem::exists(its_directory));
}

TEST_CASE("cgroups that perfwrap did not make survive its sweep") {
    auto cgroup = own_cgroup_or_skip();
    if (!cgroup) return;
    const auto parent = std::filesystem::path(cgroup->directory()).parent_path();
    for (const auto* name : {"perfwrap-test-foreign", "perfwrap-run-", "perfwrap-run-toolong"}) {
        const auto foreign = parent / name;
        std::filesystem::create_directory(foreign);
        { const auto other = MemoryCgroup::create(); }
        CHECK(std::filesystem::exists(foreign));
        ::rmdir(foreign.c_str());
    }
}

TEST_CASE("a perfwrap inside the cgroup of another makes its own, and both see the memory") {
    auto outer = own_cgroup_or_skip();
    if (!outer) return;
    const pid_t child = fork_into(*outer, [] {
        auto inner = MemoryCgroup::create();
        if (!inner) ::_exit(1);
        if (wait_for(fork_into(*inner, [] { fill(32 * mib); })) != 0) ::_exit(2);
        if (!inner->peak_bytes() || *inner->peak_bytes() < 32 * mib) ::_exit(3);
        inner->remove();
    });
    CHECK(wait_for(child) == 0);
    CHECK(*outer->peak_bytes() >= 32 * mib);
}
