#include "profiler/output/writer.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "probes/system/pending_signal.hpp"
#include "profiler/output/output_target.hpp"
#include "profiler/output/replacement.hpp"
#include "profiler/output/stream.hpp"
#include "profiler/output/write_trouble.hpp"

namespace perfwrap {
namespace {

using Outcome = tl::expected<void, std::string>;

Outcome trouble(const std::string& path, int error) { return tl::make_unexpected(write_trouble(path, error)); }

Outcome check(const std::string& path, const InheritedDescriptor& target) {
    const int flags = ::fcntl(target.fd, F_GETFL);
    const bool closed = flags < 0 || (flags & O_PATH) != 0;
    if (!closed && (flags & O_ACCMODE) != O_RDONLY) return {};
    const std::string_view state = closed ? "closed" : "open for reading only";
    return tl::make_unexpected(
        fmt::format("cannot write {}: descriptor {} is {}; redirect it to a file", path, target.fd, state));
}

// Does not open it: that could wait for a pipe's reader, or be noticed by a device. Where the question itself is refused, it is
// found out when it is written.
Outcome check(const std::string& path, const InPlace& target) {
    const auto& found = target.found;
    if (::faccessat(found.directory.get(), found.name.c_str(), W_OK, AT_EACCESS) == 0) return {};
    const int error = errno;
    const bool refused = ::faccessat(AT_FDCWD, "/", F_OK, AT_EACCESS) != 0;
    return refused ? Outcome{} : trouble(path, error);
}

Outcome check(const std::string& path, const Replaceable& target) { return check_replaceable(path, target); }

Outcome write(const std::string& path, const InheritedDescriptor& target, std::string_view bytes, std::chrono::milliseconds) {
    if (const int error = write_to_reader(target.fd, bytes)) return trouble(path, error);
    return {};
}

// Waits for a pipe's reader, which may have gone for good.
UniqueFd open_in_place(const FoundPath& found, std::chrono::milliseconds patience) {
    using std::chrono::steady_clock;
    const auto give_up = steady_clock::now() + patience;
    while (true) {
        UniqueFd fd(reopen(found.file, O_WRONLY | O_NOCTTY | O_NONBLOCK));
        if (fd) return fd;
        const int error = errno;
        const bool unread = error == ENXIO && S_ISFIFO(found.status->st_mode) && steady_clock::now() < give_up;
        errno = error;
        if ((!unread && error != EINTR) || pending_signal_to_end() != 0) return fd;
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
}

Outcome write(const std::string& path, const InPlace& target, std::string_view bytes, std::chrono::milliseconds patience) {
    const UniqueFd device = open_in_place(target.found, patience);
    if (!device) return trouble(path, errno);
    if (const int error = write_to_reader(device.get(), bytes, patience)) return trouble(path, error);
    return {};
}

Outcome write(const std::string& path, const Replaceable& target, std::string_view bytes, std::chrono::milliseconds) {
    return replace_file(path, target, bytes);
}

// What the path of a file or directory refers to.
std::optional<OutputTarget> place_of(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
    const std::string file(path);
    if (auto target = resolve_output(file)) return std::move(*target);
    auto found = find_path(file);
    if (!found || !found->status || !S_ISDIR(found->status->st_mode)) return std::nullopt;
    found->directory = std::move(found->file);
    found->name = std::string(1, '.');
    return Replaceable{std::move(*found)};
}

}  // namespace

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

void tell(std::string_view text) { write_to_reader(STDERR_FILENO, text); }

}  // namespace perfwrap
