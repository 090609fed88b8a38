#include "profiler/launch/held_descriptors.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <vector>

#include "probes/system/unique_fd.hpp"

namespace perfwrap {
namespace {

std::vector<int> open_descriptors() {
    std::vector<int> descriptors;
    const std::unique_ptr<DIR, int (*)(DIR*)> folder(::opendir("/proc/self/fd"), ::closedir);
    if (!folder) return descriptors;
    const int own = ::dirfd(folder.get());
    while (const dirent* entry = ::readdir(folder.get())) {
        char* end = nullptr;
        const auto descriptor = static_cast<int>(std::strtol(entry->d_name, &end, 10));
        if (*end == '\0' && descriptor != own) descriptors.push_back(descriptor);
    }
    return descriptors;
}

}  // namespace

void let_go_of_inherited_descriptors(std::span<const int> needed) {
    const UniqueFd nothing{::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)};
    for (const int descriptor : open_descriptors()) {
        const int flags = ::fcntl(descriptor, F_GETFD);
        if (flags < 0 || (flags & FD_CLOEXEC) != 0 || std::ranges::find(needed, descriptor) != needed.end()) continue;
        if (descriptor > STDERR_FILENO)
            ::close(descriptor);
        else
            ::dup3(nothing.get(), descriptor, O_CLOEXEC);
    }
}

// close_range(2) is as young as Linux 5.9.
void close_descriptors_above(int last) {
    if (::syscall(SYS_close_range, last + 1, ~0U, 0) == 0) return;
    for (const int descriptor : open_descriptors())
        if (descriptor > last) ::close(descriptor);
}

}  // namespace perfwrap
