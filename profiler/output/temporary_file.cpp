#include "profiler/output/temporary_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <random>
#include <string_view>

#include "profiler/output/output_target.hpp"

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
void sync_folder(const std::string& folder) {
    const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd) ::fsync(fd.get());
}

// Calls make(path) with hidden names until one is free. Returns 0 or an errno, and the path.
template <typename Make>
std::pair<int, std::string> under_free_name(const std::string& folder, Make make) {
    constexpr int attempts = 100;
    std::random_device random;
    std::string path;
    for (int i = 0; i < attempts; ++i) {
        path = fmt::format("{}/{}{:0{}x}", folder, hidden_prefix, random(), hidden_digits);
        if (make(path)) return {0, path};
        if (errno != EEXIST) break;
    }
    return {errno, path};
}

// Some file systems, such as NFS and vfat, cannot create a file without a name (open(2), O_TMPFILE).
bool lacks_unnamed_files(int error) { return error == EOPNOTSUPP || error == EISDIR || error == EINVAL; }

}  // namespace

tl::expected<TemporaryFile, int> TemporaryFile::in(const std::string& folder, mode_t mode) {
    const int unnamed = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
    if (unnamed >= 0) {
        ::flock(unnamed, LOCK_EX | LOCK_NB);
        return TemporaryFile(UniqueFd(unnamed), folder, {});
    }
    if (!lacks_unnamed_files(errno)) return tl::make_unexpected(errno);

    UniqueFd named;
    auto [error, path] = under_free_name(folder, [&](const std::string& candidate) {
        named = UniqueFd(::open(candidate.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode));
        if (!named) return false;
        if (lock(named.get())) return true;
        errno = EEXIST;
        return false;
    });
    if (error != 0) return tl::make_unexpected(error);
    return TemporaryFile(std::move(named), folder, std::move(path));
}

TemporaryFile::~TemporaryFile() {
    if (!name_.empty()) ::unlink(name_.c_str());
}

int TemporaryFile::become(const std::string& path) && {
    if (name_.empty()) {
        const auto self = fmt::format("/proc/self/fd/{}", descriptor_.get());
        const auto link_as = [&](const std::string& name) {
            return ::linkat(AT_FDCWD, self.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0;
        };
        if (link_as(path)) {
            sync_folder(folder_);
            return 0;
        }
        if (errno != EEXIST) return errno;
        // No system call links over an existing name: a hidden name exists from here to the rename.
        auto [error, hidden] = under_free_name(folder_, link_as);
        if (error != 0) return error;
        name_ = std::move(hidden);
    }
    if (::rename(name_.c_str(), path.c_str()) != 0) return errno;
    name_.clear();
    sync_folder(folder_);
    return 0;
}

void TemporaryFile::remove_stale(const std::string& folder) {
    std::error_code error;
    for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        if (!is_hidden_name(entry->path().filename().native())) continue;
        const std::string& path = entry->path().native();
        struct stat status {};
        if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode) || status.st_uid != user_of_files()) continue;
        const UniqueFd fd(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) == 0) ::unlink(path.c_str());
    }
}

}  // namespace perfwrap
