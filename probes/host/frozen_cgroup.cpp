#include "probes/host/frozen_cgroup.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <system_error>
#include <vector>

#include "probes/host/memory_hierarchy.hpp"
#include "probes/system/small_file.hpp"
#include "probes/system/unique_fd.hpp"

namespace perfwrap {
namespace {

namespace fs = std::filesystem;

struct Freezer {
    std::string_view controller;  // "" is version 2
    std::string_view frozen;      // begins with 1 in a cgroup that is frozen by itself
    std::string_view state;
    std::string_view thawed;
};

constexpr Freezer v1{"freezer", "freezer.self_freezing", "freezer.state", "THAWED"};
constexpr Freezer v2{"", "cgroup.freeze", "cgroup.freeze", "0"};

bool is_frozen(const Freezer& freezer, const std::string& directory) {
    return read_small_file(fmt::format("{}/{}", directory, freezer.frozen)).value_or("").starts_with('1');
}

// From the top: a cgroup whose parent is frozen cannot be thawed.
std::vector<std::string> frozen_directories(const Freezer& freezer, const CgroupDirectory& of) {
    std::vector<std::string> frozen;
    for (auto directory = of.directory; directory.size() > of.mount_point.size(); directory.resize(directory.rfind('/')))
        if (is_frozen(freezer, directory)) frozen.insert(frozen.begin(), directory);
    return frozen;
}

// Of processes in other pid namespaces the kernel says 0.
bool has_only(const std::string& directory, const std::function<bool(pid_t)>& of_tree) {
    std::ifstream members(directory + "/cgroup.procs");
    for (pid_t pid = 0; members >> pid;)
        if (!of_tree(pid)) return false;
    std::error_code ended;
    for (fs::directory_iterator below(directory, ended), end; !ended && below != end; below.increment(ended))
        if (below->is_directory(ended) && !below->is_symlink(ended) && !has_only(below->path(), of_tree)) return false;
    return true;
}

bool thaw(const Freezer& freezer, const std::string& directory) {
    const UniqueFd state{::open(fmt::format("{}/{}", directory, freezer.state).c_str(), O_WRONLY | O_CLOEXEC)};
    return state && ::write(state.get(), freezer.thawed.data(), freezer.thawed.size()) >= 0;
}

}  // namespace

std::optional<std::string> thaw_cgroups_of(pid_t pid, const std::function<bool(pid_t)>& of_tree) {
    const auto mountinfo = read_small_file("/proc/self/mountinfo").value_or("");
    const auto cgroup = read_small_file(fmt::format("/proc/{}/cgroup", pid)).value_or("");
    for (const auto& freezer : {v1, v2}) {
        const auto place = directory_in_hierarchy(mountinfo, cgroup, freezer.controller);
        if (!place) continue;
        for (const auto& directory : frozen_directories(freezer, *place))
            if (!has_only(directory, of_tree) || !thaw(freezer, directory)) return directory;
    }
    return std::nullopt;
}

}  // namespace perfwrap
