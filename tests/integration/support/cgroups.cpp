#include "tests/integration/support/cgroups.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "folders.hpp"
#include "leftovers.hpp"

namespace perfwrap::test {
namespace {

namespace fs = std::filesystem;

// Where the hierarchy of this type is mounted that has `option` among its options.
std::optional<std::string> mount_point(std::string_view type, std::string_view option) {
    std::ifstream mounts("/proc/self/mounts");
    for (std::string line; std::getline(mounts, line);) {
        std::istringstream words(line);
        std::string device, folder, file_system, options;
        words >> device >> folder >> file_system >> options;
        if (file_system == type && fmt::format(",{},", options).find(fmt::format(",{},", option)) != std::string::npos)
            return folder;
    }
    return std::nullopt;
}

tl::expected<std::string, std::string> make_group(const std::string& hierarchy) {
    static int made = 0;
    const auto path = fmt::format("{}/perfwrap-test-{}-{}", hierarchy, ::getpid(), made++);
    std::error_code error;
    if (!fs::create_directory(path, error))
        return tl::unexpected(fmt::format("cannot make the cgroup {}: {}", path, error.message()));
    return path;
}

// The last member may still be exiting.
void remove_group(const std::string& path) {
    becomes_true([&] { return ::rmdir(path.c_str()) == 0 || errno != EBUSY; });
}

bool write_value(const std::string& path, std::string_view value) {
    std::ofstream file(path);
    file << value << std::flush;
    return file.good();
}

// Version 1 with the controller, otherwise version 2.
tl::expected<std::string, std::string> make_group_of(std::string_view controller) {
    if (const auto v1 = mount_point("cgroup", controller)) return make_group(*v1);
    const auto v2 = mount_point("cgroup2", "rw");
    if (!v2) return tl::unexpected(fmt::format("no cgroup hierarchy with the controller {} is mounted", controller));
    write_value(*v2 + "/cgroup.subtree_control", fmt::format("+{}", controller));
    return make_group(*v2);
}

}  // namespace

Cgroup::Cgroup(Cgroup&& other) noexcept : path_(std::exchange(other.path_, {})) {}

Cgroup::~Cgroup() {
    if (!path_.empty()) remove_group(path_);
}

tl::expected<CpuCgroup, std::string> CpuCgroup::make() {
    auto hierarchy = mount_point("cgroup", "cpuacct");
    if (!hierarchy) hierarchy = mount_point("cgroup2", "rw");
    if (!hierarchy) return tl::unexpected(std::string("neither a cpuacct nor a version 2 cgroup hierarchy is mounted"));
    return make_group(*hierarchy).map([](std::string path) { return CpuCgroup(std::move(path)); });
}

double CpuCgroup::cpu_seconds() const {
    if (fs::exists(path_ + "/cpuacct.usage")) return std::stod(read_file(path_ + "/cpuacct.usage")) * 1e-9;
    std::ifstream stat(path_ + "/cpu.stat");
    std::string key;
    double usage_us = 0;
    stat >> key >> usage_us;
    return key == "usage_usec" ? usage_us * 1e-6 : throw std::runtime_error(path_ + "/cpu.stat does not begin with usage_usec");
}

tl::expected<MemoryCgroup, std::string> MemoryCgroup::make(std::uint64_t limit_bytes) {
    auto path = make_group_of("memory");
    if (!path) return tl::unexpected(path.error());
    MemoryCgroup group(*path);
    const bool v1 = fs::exists(group.path() + "/memory.limit_in_bytes");
    const auto limit = group.path() + (v1 ? "/memory.limit_in_bytes" : "/memory.max");
    if (!write_value(limit, std::to_string(limit_bytes))) return tl::unexpected("cannot write " + limit);
    return group;
}

tl::expected<PidsCgroup, std::string> PidsCgroup::make(std::uint64_t tasks_at_most) {
    auto path = make_group_of("pids");
    if (!path) return tl::unexpected(path.error());
    PidsCgroup group(*path);
    if (!write_value(group.path() + "/pids.max", std::to_string(tasks_at_most)))
        return tl::unexpected("cannot write " + group.path() + "/pids.max");
    return group;
}

tl::expected<FreezerCgroup, std::string> FreezerCgroup::make_v1() {
    const auto hierarchy = mount_point("cgroup", "freezer");
    if (!hierarchy) return tl::unexpected(std::string("no cgroup hierarchy with the controller freezer is mounted"));
    return make_group(*hierarchy).map([](std::string path) { return FreezerCgroup(std::move(path), true); });
}

tl::expected<FreezerCgroup, std::string> FreezerCgroup::make_v2() {
    const auto hierarchy = mount_point("cgroup2", "rw");
    if (!hierarchy) return tl::unexpected(std::string("no version 2 cgroup hierarchy is mounted"));
    return make_group(*hierarchy).map([](std::string path) { return FreezerCgroup(std::move(path), false); });
}

std::string FreezerCgroup::freeze(const std::string& pid) const {
    return fmt::format("echo {0} >{1}/cgroup.procs; echo {2}", pid, path_,
                       v1_ ? fmt::format("FROZEN >{}/freezer.state", path_) : fmt::format("1 >{}/cgroup.freeze", path_));
}

void FreezerCgroup::thaw() const { write_value(path_ + (v1_ ? "/freezer.state" : "/cgroup.freeze"), v1_ ? "THAWED" : "0"); }

tl::expected<DelegatedCgroup, std::string> DelegatedCgroup::make(uid_t user) {
    const auto hierarchy = mount_point("cgroup2", "rw");
    if (!hierarchy || read_file(*hierarchy + "/cgroup.controllers").find("memory") == std::string::npos)
        return tl::unexpected(std::string("no version 2 cgroup hierarchy with the memory controller is mounted"));
    write_value(*hierarchy + "/cgroup.subtree_control", "+memory");
    auto path = make_group(*hierarchy);
    if (!path) return tl::unexpected(path.error());
    DelegatedCgroup group(*path);
    if (!write_value(group.path() + "/cgroup.subtree_control", "+memory") || !fs::create_directory(group.inner()))
        return tl::unexpected("the memory controller cannot be passed on to " + group.path());
    for (const auto* name : {"", "/cgroup.procs", "/cgroup.subtree_control", "/inner", "/inner/cgroup.procs"})
        if (::chown((group.path() + name).c_str(), user, static_cast<gid_t>(-1)) != 0)
            return tl::unexpected("cannot give away " + group.path() + name);
    return group;
}

DelegatedCgroup::~DelegatedCgroup() {
    if (!path_.empty()) remove_group(inner());
}

void DelegatedCgroup::enter() const {
    if (!write_value(inner() + "/cgroup.procs", "0")) ::_exit(97);
}

}  // namespace perfwrap::test
