#include "profiler/output/writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "profiler/output/temporary_file.hpp"
#include "profiler/output/write_signals.hpp"

namespace perfwrap {
namespace {

using Outcome = tl::expected<void, std::string>;

Outcome trouble(const std::string& path, int error) { return tl::make_unexpected(write_trouble(path, error)); }

// Writes all bytes, whatever the descriptor's mode: continues after short writes, and waits for a full non-blocking pipe. Returns
// 0 or an errno; ETIMEDOUT if the reader of a non-blocking pipe has read nothing for `patience`.
int write_all(int fd, std::string_view bytes, std::optional<std::chrono::milliseconds> patience = std::nullopt) {
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

Outcome check(const std::string& path, const InheritedDescriptor& target) {
    const int flags = ::fcntl(target.fd, F_GETFL);
    const bool closed = flags < 0 || (flags & O_PATH) != 0;
    if (!closed && (flags & O_ACCMODE) != O_RDONLY) return {};
    const std::string_view state = closed ? "closed" : "open for reading only";
    return tl::make_unexpected(
        fmt::format("cannot write {}: descriptor {} is {}; redirect it to a file", path, target.fd, state));
}

// Does not open it: that would wait for a pipe's reader.
Outcome check(const std::string& path, const InPlace& target) {
    if (::faccessat(AT_FDCWD, target.path.c_str(), W_OK, AT_EACCESS) != 0) return trouble(path, errno);
    return {};
}

// In a sticky directory such as /tmp a user may write to a file but not replace it (unlink(2), EPERM).
bool may_replace(const Replaceable& target) {
    struct stat folder {};
    if (!target.existing || ::stat(target.folder.c_str(), &folder) != 0 || (folder.st_mode & S_ISVTX) == 0) return true;
    const uid_t user = user_of_files();
    return user == 0 || user == target.existing->st_uid || user == folder.st_uid;
}

Outcome check(const std::string& path, const Replaceable& target) {
    TemporaryFile::remove_stale(target.folder);
    if (!may_replace(target)) return trouble(path, EPERM);
    if (target.existing && ::faccessat(AT_FDCWD, target.path().c_str(), W_OK, AT_EACCESS) != 0) return trouble(path, errno);
    const auto file = TemporaryFile::in(target.folder, S_IRUSR | S_IWUSR);
    if (file) return {};
    return tl::make_unexpected(
        fmt::format("{} (no file can be created in the directory {})", write_trouble(path, file.error()), target.folder));
}

Outcome write(const std::string& path, const InheritedDescriptor& target, std::string_view bytes, std::chrono::milliseconds) {
    if (const int error = write_all(target.fd, bytes)) return trouble(path, error);
    return {};
}

bool is_pipe(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 && S_ISFIFO(found.st_mode);
}

// Waits for a pipe's reader, which may have gone for good.
UniqueFd open_in_place(const std::string& path, std::chrono::milliseconds patience) {
    using std::chrono::steady_clock;
    const auto give_up = steady_clock::now() + patience;
    while (true) {
        UniqueFd fd(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
        if (fd) return fd;
        const int error = errno;
        const bool unread = error == ENXIO && is_pipe(path) && steady_clock::now() < give_up;
        errno = error;
        if (!unread && error != EINTR) return fd;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

Outcome write(const std::string& path, const InPlace& target, std::string_view bytes, std::chrono::milliseconds patience) {
    const UniqueFd device = open_in_place(target.path, patience);
    if (!device) return trouble(path, errno);
    if (const int error = write_all(device.get(), bytes, patience)) return trouble(path, error);
    return {};
}

// Copies owner and mode of the file that is replaced. Only root can give a file away; other users own the new file.
int take_over_permissions(int fd, const struct stat& existing) {
    if (::fchown(fd, existing.st_uid, existing.st_gid) != 0 && errno != EPERM) return errno;
    return ::fchmod(fd, existing.st_mode & 07777) == 0 ? 0 : errno;
}

Outcome write(const std::string& path, const Replaceable& target, std::string_view bytes, std::chrono::milliseconds) {
    return replace_file(path, target, bytes);
}

// What the path of a file or directory refers to.
std::optional<OutputTarget> place_of(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    const std::string file(path);
    if (auto target = resolve_output(file)) return *target;
    struct stat found {};
    if (::stat(file.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) return Replaceable{file, ".", std::nullopt};
    return std::nullopt;
}

}  // namespace

tl::expected<void, std::string> replace_file(const std::string& path, const Replaceable& target, std::string_view bytes) {
    constexpr mode_t before_umask = 0666;
    auto file = TemporaryFile::in(target.folder, target.existing ? S_IRUSR | S_IWUSR : before_umask);
    if (!file) return trouble(path, file.error());
    if (const int error = write_all(file->descriptor(), bytes)) return trouble(path, error);
    if (target.existing)
        if (const int error = take_over_permissions(file->descriptor(), *target.existing)) return trouble(path, error);
    if (::fsync(file->descriptor()) != 0) return trouble(path, errno);
    if (const int error = std::move(*file).become(target.path())) return trouble(path, error);
    return {};
}

tl::expected<void, std::string> check_writable(const std::string& path) {
    const auto target = resolve_output(path);
    if (!target) return tl::make_unexpected(target.error());
    return std::visit([&](const auto& kind) { return check(path, kind); }, *target);
}

tl::expected<void, std::string> check_distinct(std::span<const std::string> paths) {
    std::vector<std::pair<std::string, OutputTarget>> places;
    for (const auto& path : paths) {
        auto target = place_of(path);
        if (!target) continue;  // check_writable reports it
        const auto same = std::ranges::find_if(places, [&](const auto& place) { return same_place(place.second, *target); });
        if (same != places.end())
            return tl::make_unexpected(
                fmt::format("{} and {} are the same file; give each output its own path", same->first, path));
        places.emplace_back(path, std::move(*target));
    }
    return {};
}

tl::expected<void, std::string> write_output(const std::string& path, std::string_view bytes,
                                             std::chrono::milliseconds patience) {
    const auto target = resolve_output(path);
    if (!target) return tl::make_unexpected(target.error());
    return std::visit([&](const auto& kind) { return write(path, kind, bytes, patience); }, *target);
}

void tell(std::string_view text) { write_all(STDERR_FILENO, text); }

}  // namespace perfwrap
