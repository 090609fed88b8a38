#include "profiler/output/temporary_file.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <memory>
#include <random>
#include <string_view>

#include "profiler/output/followed_path.hpp"

namespace perfwrap {
namespace {

constexpr std::string_view hidden_prefix = ".perfwrap-";
constexpr std::size_t hidden_digits = 8;

bool is_hidden_name(std::string_view name) {
    if (!name.starts_with(hidden_prefix)) return false;
    const auto digits = name.substr(hidden_prefix.size());
    return digits.size() == hidden_digits && digits.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// False: another perfwrap took the new file for a stale one and removed it before it was locked. Where files cannot be locked,
// none is removed.
bool lock(int fd) {
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) return false;
    struct stat status {};
    return ::fstat(fd, &status) == 0 && status.st_nlink > 0;
}

// Makes a new name survive a crash of the machine. Errors are ignored: some file systems cannot do it, and some directories
// cannot be opened.
void sync_directory(int directory) {
    const UniqueFd fd(::openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd) ::fsync(fd.get());
}

// Calls make(name) with hidden names until one is free. Returns 0 or an errno, and the name.
template <typename Make>
std::pair<int, std::string> under_free_name(Make make) {
    constexpr int attempts = 100;
    std::random_device random;
    std::string name;
    for (int i = 0; i < attempts; ++i) {
        name = fmt::format("{}{:0{}x}", hidden_prefix, random(), hidden_digits);
        if (make(name)) return {0, name};
        if (errno != EEXIST) break;
    }
    return {errno, name};
}

// One of them may be refused where the other is allowed.
bool rename_in(int directory, const std::string& from, const std::string& to) {
    if (::renameat(directory, from.c_str(), directory, to.c_str()) == 0) return true;
    const int error = errno;
    if (is_refusal(error) && ::syscall(SYS_renameat2, directory, from.c_str(), directory, to.c_str(), 0) == 0)
        return true;  // glibc's renameat2 is renameat without flags
    errno = error;
    return false;
}

}  // namespace

tl::expected<TemporaryFile, FailedCall> TemporaryFile::unnamed_in(const UniqueFd& directory, mode_t mode) {
    UniqueFd unnamed(::openat(directory.get(), ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, mode));
    if (!unnamed) return tl::make_unexpected(FailedCall{"openat", errno});
    ::flock(unnamed.get(), LOCK_EX | LOCK_NB);
    return TemporaryFile(std::move(unnamed), directory.get(), {});
}

tl::expected<TemporaryFile, FailedCall> TemporaryFile::named_in(const UniqueFd& directory, mode_t mode) {
    UniqueFd named;
    auto [error, name] = under_free_name([&](const std::string& candidate) {
        named = UniqueFd(::openat(directory.get(), candidate.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode));
        if (!named) return false;
        if (lock(named.get())) return true;
        errno = EEXIST;
        return false;
    });
    if (error != 0) return tl::make_unexpected(FailedCall{"openat", error});
    return TemporaryFile(std::move(named), directory.get(), std::move(name));
}

// Some file systems, such as NFS and vfat, cannot create a file without a name (open(2), O_TMPFILE).
tl::expected<TemporaryFile, FailedCall> TemporaryFile::in(const UniqueFd& directory, mode_t mode) {
    if (auto unnamed = unnamed_in(directory, mode)) return unnamed;
    return named_in(directory, mode);
}

TemporaryFile::~TemporaryFile() {
    if (!name_.empty()) ::unlinkat(directory_, name_.c_str(), 0);
}

tl::expected<void, FailedCall> TemporaryFile::become(const std::string& name) && {
    if (name_.empty()) {
        const auto self = fmt::format("/proc/self/fd/{}", descriptor_.get());
        const auto link_as = [&](const std::string& its) {
            return ::linkat(AT_FDCWD, self.c_str(), directory_, its.c_str(), AT_SYMLINK_FOLLOW) == 0;
        };
        if (link_as(name)) {
            sync_directory(directory_);
            return {};
        }
        if (errno != EEXIST) return tl::make_unexpected(FailedCall{"linkat", errno});
        // No system call links over an existing name: a hidden name exists from here to the rename.
        auto [error, hidden] = under_free_name(link_as);
        if (error != 0) return tl::make_unexpected(FailedCall{"linkat", error});
        name_ = std::move(hidden);
    }
    if (!rename_in(directory_, name_, name)) return tl::make_unexpected(FailedCall{"renameat", errno});
    name_.clear();
    sync_directory(directory_);
    return {};
}

void TemporaryFile::remove_stale(const UniqueFd& directory) {
    const int fd = ::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> entries(fd >= 0 ? ::fdopendir(fd) : nullptr, ::closedir);
    while (const auto* entry = entries ? ::readdir(entries.get()) : nullptr) {
        if (!is_hidden_name(entry->d_name)) continue;
        struct stat status {};
        if (::fstatat(directory.get(), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0) continue;
        if (!S_ISREG(status.st_mode) || status.st_uid != user_of_files()) continue;
        const UniqueFd file(::openat(directory.get(), entry->d_name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (file && ::flock(file.get(), LOCK_EX | LOCK_NB) == 0) ::unlinkat(directory.get(), entry->d_name, 0);
    }
}

}  // namespace perfwrap
