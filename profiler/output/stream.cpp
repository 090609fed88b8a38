#include "profiler/output/stream.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "probes/system/pending_signal.hpp"
#include "probes/system/unique_fd.hpp"
#include "profiler/output/write_signals.hpp"

namespace perfwrap {
namespace {

// What a pipe takes at once, so that a slow reader is seen to read (pipe(7), PIPE_BUF).
constexpr std::size_t piece = 4096;

struct Writing {
    UniqueFd fd;
    std::string bytes;
    Patience patience;

    std::mutex mutex;
    std::condition_variable changed;
    std::size_t written = 0;
    std::optional<int> outcome;
};

void write_in_pieces(const std::shared_ptr<Writing>& writing) {
    const std::string_view bytes = writing->bytes;
    int error = 0;
    for (std::size_t at = 0; at < bytes.size() && error == 0; at += piece) {
        error = write_all(writing->fd.get(), bytes.substr(at, piece), writing->patience);
        const std::lock_guard lock(writing->mutex);
        writing->written = at;
    }
    const std::lock_guard lock(writing->mutex);
    writing->outcome = error;
    writing->changed.notify_one();
}

int outcome_of(Writing& writing) {
    constexpr std::chrono::milliseconds look_again{20};
    constexpr std::chrono::seconds stalled{1};
    std::unique_lock lock(writing.mutex);
    std::size_t seen = 0;
    auto since = std::chrono::steady_clock::now();
    while (!writing.changed.wait_for(lock, look_again, [&] { return writing.outcome.has_value(); })) {
        const auto now = std::chrono::steady_clock::now();
        if (std::exchange(seen, writing.written) != writing.written) since = now;
        if (now - since >= stalled && pending_signal_to_end() != 0) return ETIMEDOUT;
    }
    return *writing.outcome;
}

bool cannot_block(int fd) {
    struct stat status {};
    return ::fstat(fd, &status) != 0 || S_ISREG(status.st_mode);
}

}  // namespace

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

int write_to_reader(int fd, std::string_view bytes, Patience patience) {
    if (cannot_block(fd)) return write_all(fd, bytes, patience);
    const auto writing = std::make_shared<Writing>();
    writing->fd = UniqueFd(::fcntl(fd, F_DUPFD_CLOEXEC, 0));
    if (!writing->fd) return write_all(fd, bytes, patience);
    writing->bytes = bytes;
    writing->patience = patience;
    try {
        std::thread(write_in_pieces, writing).detach();
    } catch (const std::system_error&) {
        return write_all(fd, bytes, patience);
    }
    return outcome_of(*writing);
}

}  // namespace perfwrap
