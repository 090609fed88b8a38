#include "profiler/output/replacement.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "profiler/output/stream.hpp"
#include "profiler/output/temporary_file.hpp"

namespace perfwrap {
namespace {

using Outcome = tl::expected<void, std::string>;
using Call = tl::expected<void, FailedCall>;

constexpr mode_t permission_bits = 0777;

// In a sticky directory such as /tmp a user may write to a file but not replace it (unlink(2), EPERM).
bool may_replace(const FoundPath& found) {
    struct stat folder {};
    if (!found.status || ::fstat(found.directory.get(), &folder) != 0 || (folder.st_mode & S_ISVTX) == 0) return true;
    const uid_t user = user_of_files();
    return user == 0 || user == found.status->st_uid || user == folder.st_uid;
}

// What a system call filter refuses only costs the new file its owner, or permissions that it got from the umask.
Call take_over_permissions(int fd, const struct stat& model) {
    if (::fchown(fd, model.st_uid, model.st_gid) != 0 && !is_refusal(errno))
        return tl::make_unexpected(FailedCall{"fchown", errno});
    if (::fchmod(fd, model.st_mode & permission_bits) == 0) return {};
    const FailedCall failed{"fchmod", errno};
    if (::chmod(fmt::format("/proc/self/fd/{}", fd).c_str(), model.st_mode & permission_bits) == 0 || is_refusal(failed.error))
        return {};
    return tl::make_unexpected(failed);
}

// A file system or a filter without fsync costs nothing but certainty about a crash of the machine.
Call sync(int fd) {
    if (::fsync(fd) == 0 || is_refusal(errno) || errno == EROFS) return {};
    return tl::make_unexpected(FailedCall{"fsync", errno});
}

Call fill(TemporaryFile file, const std::string& name, std::string_view bytes, const std::optional<struct stat>& model) {
    if (const int error = write_all(file.descriptor(), bytes)) return tl::make_unexpected(FailedCall{"write", error});
    if (model)
        if (auto taken = take_over_permissions(file.descriptor(), *model); !taken) return taken;
    if (auto synced = sync(file.descriptor()); !synced) return synced;
    return std::move(file).become(name);
}

}  // namespace

Outcome replace_file(const std::string& path, const Replaceable& target, std::string_view bytes,
                     const std::optional<struct stat>& model) {
    const auto& [directory, folder, name, present, status, descriptor] = target.found;
    constexpr mode_t before_umask = 0666;
    const mode_t mode = model ? model->st_mode & permission_bits : before_umask;
    const auto done = [&](const FailedCall& failed) -> Outcome { return tl::make_unexpected(write_trouble(path, failed)); };
    if (auto unnamed = TemporaryFile::unnamed_in(directory, mode)) {
        const auto filled = fill(std::move(*unnamed), name, bytes, model);
        if (filled) return {};
        if (filled.error().name != "linkat") return done(filled.error());
    }
    auto named = TemporaryFile::named_in(directory, mode);
    if (!named) return done(named.error());
    if (const auto filled = fill(std::move(*named), name, bytes, model); !filled) return done(filled.error());
    return {};
}

Outcome replace_file(const std::string& path, const Replaceable& target, std::string_view bytes) {
    return replace_file(path, target, bytes, target.found.status);
}

Outcome check_replaceable(const std::string& path, const Replaceable& target) {
    const auto& found = target.found;
    TemporaryFile::remove_stale(found.directory);
    if (!may_replace(found)) return tl::make_unexpected(write_trouble(path, EPERM));
    // A program that is being executed can be replaced, although it cannot be opened.
    constexpr int flags = O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
    if (found.file && !UniqueFd(::openat(found.directory.get(), found.name.c_str(), flags)) && errno != ETXTBSY)
        return tl::make_unexpected(write_trouble(path, errno));
    if (const auto file = TemporaryFile::in(found.directory, S_IRUSR | S_IWUSR); !file)
        return tl::make_unexpected(fmt::format("{} (no file can be created in the directory {})",
                                               write_trouble(path, file.error().error), found.directory_path));
    return {};
}

}  // namespace perfwrap
