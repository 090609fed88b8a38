#include "exporters/temporary_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <random>

namespace perfwrap {
namespace {

// Calls make(path) with hidden names until one is free. Returns an errno and the path; 0 if it was made.
template <typename Make>
std::pair<int, std::string> under_free_name(const std::string& folder, Make make) {
    constexpr int attempts = 100;
    std::random_device random;
    std::string path;
    for (int i = 0; i < attempts; ++i) {
        path = fmt::format("{}/.perfwrap-{:08x}", folder, random());
        if (make(path)) return {0, path};
        if (errno != EEXIST) break;
    }
    return {errno, path};
}

// Not every file system can make a file without a name (open(2), O_TMPFILE): NFS and vfat, for example.
bool lacks_unnamed_files(int error) { return error == EOPNOTSUPP || error == EISDIR || error == EINVAL; }

}  // namespace

tl::expected<TemporaryFile, int> TemporaryFile::in(const std::string& folder, mode_t mode) {
    const int unnamed = ::open(folder.c_str(), O_TMPFILE | O_WRONLY | O_CLOEXEC, mode);
    if (unnamed >= 0) return TemporaryFile(UniqueFd(unnamed), folder, {});
    if (!lacks_unnamed_files(errno)) return tl::make_unexpected(errno);

    int named = -1;
    auto [error, path] = under_free_name(folder, [&](const std::string& candidate) {
        named = ::open(candidate.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, mode);
        return named >= 0;
    });
    if (error != 0) return tl::make_unexpected(error);
    return TemporaryFile(UniqueFd(named), folder, std::move(path));
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
        if (link_as(path)) return 0;
        if (errno != EEXIST) return errno;
        // No system call links over an existing name: a hidden name lives from here to the rename.
        auto [error, hidden] = under_free_name(folder_, link_as);
        if (error != 0) return error;
        name_ = std::move(hidden);
    }
    if (::rename(name_.c_str(), path.c_str()) != 0) return errno;
    name_.clear();
    return 0;
}

}  // namespace perfwrap
