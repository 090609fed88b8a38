#include "profiler/output/folder_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include <cerrno>
#include <thread>

namespace perfwrap {

tl::expected<FolderLock, std::string> FolderLock::take(const UniqueFd& directory, const std::string& path,
                                                       std::chrono::milliseconds patience) {
    using std::chrono::steady_clock;
    const auto give_up = steady_clock::now() + patience;
    UniqueFd fd(::openat(directory.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    while (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno != EWOULDBLOCK && errno != EINTR) break;
        if (steady_clock::now() >= give_up)
            return tl::unexpected(fmt::format(
                "another process has kept the directory {} locked for {} s; end it (lsof {} names it) or choose another path",
                path, std::chrono::duration_cast<std::chrono::seconds>(patience).count(), path));
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return FolderLock(std::move(fd));
}

}  // namespace perfwrap
