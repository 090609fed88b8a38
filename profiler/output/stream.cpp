#include "profiler/output/stream.hpp"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "profiler/output/write_signals.hpp"

namespace perfwrap {

int write_all(int fd, std::string_view bytes, Patience patience) {
    const WriteSignalsBlocked blocked;
    while (!bytes.empty()) {
        const auto written = ::write(fd, bytes.data(), bytes.size());
        if (written >= 0) {
            bytes.remove_prefix(static_cast<std::size_t>(written));
        } else if (errno == EAGAIN) {
            pollfd writable{fd, POLLOUT, 0};
            if (::poll(&writable, 1, patience ? static_cast<int>(patience->count()) : -1) == 0) return ETIMEDOUT;
        } else if (errno != EINTR) {
            return errno;
        }
    }
    return 0;
}

}  // namespace perfwrap
