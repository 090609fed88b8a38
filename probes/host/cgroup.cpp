#include "probes/host/cgroup.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <vector>

#include "probes/host/memory_hierarchy.hpp"
#include "probes/system/kernel_text.hpp"
#include "probes/system/small_file.hpp"

namespace perfwrap {
namespace {

constexpr std::string_view leaf_prefix = "perfwrap-run-";
constexpr std::size_t leaf_name_length = leaf_prefix.size() + 6;  // as mkdtemp(3) completes it
constexpr std::string_view inner_name = "command";

bool is_leaf_name(std::string_view name) { return name.starts_with(leaf_prefix) && name.size() == leaf_name_length; }

std::string cgroup_remedy(CgroupMemory version) {
    return version == CgroupMemory::v2
               ? "run as root, or in a delegated scope: systemd-run --user --scope -p Delegate=yes perfwrap ..."
               : "run as root, or let an administrator give you a memory cgroup of your own";
}

// Whether a leaf for this process can be made in the directory. Error: why not.
tl::expected<void, std::string> can_make_leaf(CgroupMemory version, const std::string& directory) {
    if (version == CgroupMemory::v2) {
        const auto enabled = read_small_file(directory + "/cgroup.subtree_control");
        if (!enabled) return tl::unexpected(fmt::format("{}/cgroup.subtree_control cannot be read", directory));
        if (!has_word(*enabled, "memory"))
            return tl::unexpected(fmt::format("the memory controller is not enabled in {}/cgroup.subtree_control", directory));
        // Moving a process requires the right to write to cgroup.procs of the nearest common ancestor.
        if (::access((directory + "/cgroup.procs").c_str(), W_OK) != 0)
            return tl::unexpected(fmt::format("not allowed to move processes within {}: {}", directory, std::strerror(errno)));
    }
    if (::access(directory.c_str(), W_OK) != 0)
        return tl::unexpected(fmt::format("not allowed to make a cgroup in {}: {}", directory, std::strerror(errno)));
    return {};
}

tl::expected<std::string, std::string> find_leaf_parent(const MemoryHierarchy& hierarchy) {
    std::string reasons;
    for (const auto& directory : leaf_parents(hierarchy, ::geteuid() == 0)) {
        const auto usable = can_make_leaf(hierarchy.version, directory);
        if (usable) return directory;
        reasons += (reasons.empty() ? "" : "; ") + usable.error();
    }
    if (reasons.empty()) reasons = fmt::format("the mount {} does not show this process's own cgroup", hierarchy.mount_point);
    return tl::unexpected(reasons);
}

std::optional<MemoryHierarchy> own_memory_hierarchy() {
    return find_memory_hierarchy(read_small_file("/proc/self/mountinfo").value_or(""),
                                 read_small_file("/proc/self/cgroup").value_or(""));
}

const char* peak_file(CgroupMemory version) { return version == CgroupMemory::v2 ? "memory.peak" : "memory.max_usage_in_bytes"; }

// The root of v2 has no memory.peak of its own, so any cgroup below it is checked.
bool keeps_peak(const MemoryHierarchy& hierarchy) {
    const auto has_file = [&](const std::string& directory) {
        return ::access((directory + "/" + peak_file(hierarchy.version)).c_str(), F_OK) == 0;
    };
    if (has_file(hierarchy.own_directory.value_or(hierarchy.mount_point))) return true;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(hierarchy.mount_point, ignored))
        if (entry.is_directory(ignored) && has_file(entry.path())) return true;
    return false;
}

// PF_EXITING of a process that is ending, whose v1 cgroups are no longer told: field 9 of /proc/PID/stat.
bool is_ending(std::string_view stat) {
    constexpr std::uint64_t pf_exiting = 0x4;
    auto rest = stat.substr(std::min(stat.rfind(')'), stat.size()));
    for (int field = 2; field < 9; ++field) rest = rest.substr(std::min(rest.find(' '), rest.size() - 1) + 1);
    return (leading_number(rest).value_or(pf_exiting) & pf_exiting) != 0;
}

// False: it was mounted in another pid namespace, and its pids mean other processes here.
bool proc_is_of_own_pid_namespace() {
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/self", ignored) == std::to_string(::getpid());
}

UniqueFd lock_directory(const std::string& directory) {
    UniqueFd fd{::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fd.reset();
    return fd;
}

std::vector<std::string> cgroups_below(const std::string& directory) {
    std::vector<std::string> below;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(directory, ignored))
        if (entry.is_directory(ignored)) below.push_back(entry.path());
    return below;
}

// A threaded cgroup of v2 does not list its processes; the cgroup above that is the domain of its threads does.
bool is_populated(const std::string& directory) {
    return !read_small_file(directory + "/cgroup.procs").value_or("").empty() ||
           std::ranges::any_of(cgroups_below(directory), is_populated);
}

void remove_depth_first(const std::string& directory) {
    for (const auto& below : cgroups_below(directory)) remove_depth_first(below);
    ::rmdir(directory.c_str());
}

// With the cgroups that the command made below it, if no process is left in any of them.
void remove_leaf(const std::string& directory) {
    if (!is_populated(directory)) remove_depth_first(directory);
}

void sweep_stale_leaves(const std::string& parent) {
    for (const auto& leaf : cgroups_below(parent)) {
        if (!is_leaf_name(std::filesystem::path(leaf).filename().native())) continue;
        if (const auto lock = lock_directory(leaf)) {
            sweep_stale_leaves(leaf);  // of a perfwrap that ran inside it
            remove_leaf(leaf);
        }
    }
}

// Makes and locks a new directory; the sweep of another perfwrap may remove it before the lock is held.
tl::expected<std::pair<std::string, UniqueFd>, std::string> make_locked_leaf(const std::string& parent) {
    constexpr int attempts = 10;
    for (int i = 0; i < attempts; ++i) {
        auto directory = fmt::format("{}/{}XXXXXX", parent, leaf_prefix);
        if (!::mkdtemp(directory.data()))
            return tl::unexpected(fmt::format("cannot make a cgroup in {}: {}", parent, std::strerror(errno)));
        auto lock = lock_directory(directory);
        if (lock && ::access((directory + "/cgroup.procs").c_str(), F_OK) == 0)
            return std::pair{std::move(directory), std::move(lock)};
    }
    return tl::unexpected(
        fmt::format("cgroups in {} are removed as soon as they are made; is another program cleaning up there?", parent));
}

tl::expected<void, std::string> write_file(const std::string& path, std::string_view text) {
    const UniqueFd fd{::open(path.c_str(), O_WRONLY | O_CLOEXEC)};
    if (!fd || ::write(fd.get(), text.data(), text.size()) < 0)
        return tl::unexpected(fmt::format("cannot write {} to {}: {}", text, path, std::strerror(errno)));
    return {};
}

}  // namespace

MemoryCgroupFacts memory_cgroup_facts() {
    const auto hierarchy = own_memory_hierarchy();
    const auto none = [](std::string why) { return MemoryCgroupFacts{.leaf_parent = tl::unexpected(std::move(why))}; };
    if (!hierarchy) return none("no cgroup hierarchy is mounted; mount one at /sys/fs/cgroup");
    if (hierarchy->version == CgroupMemory::v2) {
        const auto controllers = read_small_file(hierarchy->mount_point + "/cgroup.controllers");
        if (!has_word(controllers.value_or(""), "memory"))
            return none(fmt::format("{}/cgroup.controllers lists no memory controller", hierarchy->mount_point));
    }
    return {hierarchy->version, keeps_peak(*hierarchy), find_leaf_parent(*hierarchy)};
}

tl::expected<MemoryCgroup, std::string> MemoryCgroup::create() {
    const auto facts = memory_cgroup_facts();
    if (!facts.leaf_parent && facts.version == CgroupMemory::none) return tl::unexpected(facts.leaf_parent.error());
    if (!facts.leaf_parent) return tl::unexpected(facts.leaf_parent.error() + "; " + cgroup_remedy(facts.version));
    sweep_stale_leaves(*facts.leaf_parent);

    auto leaf = make_locked_leaf(*facts.leaf_parent);
    if (!leaf) return tl::unexpected(leaf.error() + "; " + cgroup_remedy(facts.version));
    MemoryCgroup cgroup;
    cgroup.version_ = facts.version;
    cgroup.sees_processes_ = proc_is_of_own_pid_namespace();
    cgroup.directory_ = std::move(leaf->first);
    cgroup.lock_ = std::move(leaf->second);

    auto processes = cgroup.directory_;
    if (facts.version == CgroupMemory::v2) {
        const auto passed_on = write_file(cgroup.directory_ + "/cgroup.subtree_control", "+memory");
        if (!passed_on) return tl::unexpected(passed_on.error());
        processes += fmt::format("/{}", inner_name);
        if (::mkdir(processes.c_str(), 0755) != 0)
            return tl::unexpected(fmt::format("cannot make the cgroup {}: {}", processes, std::strerror(errno)));
    }
    cgroup.procs_ = UniqueFd{::open((processes + "/cgroup.procs").c_str(), O_WRONLY | O_CLOEXEC)};
    if (!cgroup.procs_) return tl::unexpected(fmt::format("cannot open {}/cgroup.procs: {}", processes, std::strerror(errno)));
    return cgroup;
}

MemoryCgroup& MemoryCgroup::operator=(MemoryCgroup&& other) noexcept {
    if (this != &other) {
        remove();
        version_ = other.version_;
        sees_processes_ = other.sees_processes_;
        directory_ = std::move(other.directory_);
        other.directory_.clear();
        lock_ = std::move(other.lock_);
        procs_ = std::move(other.procs_);
    }
    return *this;
}

std::uint64_t MemoryCgroup::id() const {
    struct stat status {};
    return stat(directory_.c_str(), &status) == 0 ? status.st_ino : 0;
}

std::optional<std::uint64_t> MemoryCgroup::peak_bytes() const {
    return leading_number(read_small_file(fmt::format("{}/{}", directory_, peak_file(version_))).value_or(""));
}

std::optional<std::uint64_t> MemoryCgroup::oom_kills() const {
    const auto* file = version_ == CgroupMemory::v2 ? "memory.events" : "memory.oom_control";
    return number_after(read_small_file(fmt::format("{}/{}", directory_, file)).value_or(""), "oom_kill");
}

std::optional<PhysicalMemory> parse_memory_stat(std::string_view text, CgroupMemory version) {
    const bool v2 = version == CgroupMemory::v2;
    const auto anon = number_after(text, v2 ? "anon" : "total_rss");
    const auto file_mapped = number_after(text, v2 ? "file_mapped" : "total_mapped_file");
    const auto shmem = number_after(text, v2 ? "shmem" : "total_shmem");
    if (!anon || !file_mapped || !shmem) return std::nullopt;
    return PhysicalMemory{*anon, *file_mapped, *shmem};
}

std::optional<PhysicalMemory> MemoryCgroup::physical() const {
    return parse_memory_stat(read_small_file(directory_ + "/memory.stat").value_or(""), version_);
}

std::optional<bool> MemoryCgroup::holds(pid_t pid) const {
    if (!sees_processes_) return std::nullopt;
    const auto cgroup = read_small_file(fmt::format("/proc/{}/cgroup", pid));
    const auto path = cgroup ? path_of_cgroup(*cgroup, version_) : std::nullopt;
    if (!path) return std::nullopt;
    const auto name = directory_.substr(directory_.rfind('/'));
    if ((*path + "/").find(name + "/") != std::string::npos) return true;
    const auto stat = read_small_file(fmt::format("/proc/{}/stat", pid));
    if (!stat || is_ending(*stat)) return std::nullopt;
    return false;
}

void MemoryCgroup::remove() {
    if (directory_.empty()) return;
    remove_leaf(directory_);
    directory_.clear();
    procs_.reset();
    lock_.reset();
}

}  // namespace perfwrap
