#include "profiler/output/updated_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <system_error>

#include "probes/system/unique_fd.hpp"
#include "profiler/output/folder_lock.hpp"
#include "profiler/output/replacement.hpp"
#include "profiler/output/writer.hpp"

namespace perfwrap {
namespace {

using Outcome = tl::expected<void, std::string>;

std::string read_trouble(const std::string& path, int error) {
    return fmt::format("cannot read {}: {}; make it readable or choose another path", path,
                       std::generic_category().message(error));
}

int open_to_read(const Replaceable& target) {
    constexpr int flags = O_RDONLY | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK | O_CLOEXEC;
    return ::openat(target.found.directory.get(), target.found.name.c_str(), flags);
}

}  // namespace

tl::expected<std::string, std::string> present_bytes(const std::string& path, const Replaceable& target) {
    if (!target.found.file) return "";
    const UniqueFd fd(open_to_read(target));
    if (!fd) return tl::unexpected(read_trouble(path, errno));
    std::string bytes;
    std::array<char, 65536> buffer;
    while (true) {
        const auto length = ::read(fd.get(), buffer.data(), buffer.size());
        if (length == 0) return bytes;
        if (length > 0)
            bytes.append(buffer.data(), static_cast<std::size_t>(length));
        else if (errno != EINTR)
            return tl::unexpected(read_trouble(path, errno));
    }
}

tl::expected<void, std::string> check_updatable(const std::string& path) {
    if (auto writable = check_writable(path); !writable) return writable;
    const auto target = resolve_output(path);
    const auto* file = target ? std::get_if<Replaceable>(&*target) : nullptr;
    if (file != nullptr && file->found.file && !UniqueFd(open_to_read(*file))) return tl::unexpected(read_trouble(path, errno));
    return {};
}

tl::expected<void, std::string> update_output(const std::string& path, const Update& update) {
    auto target = resolve_output(path);
    std::optional<FolderLock> held;
    if (const auto* file = target ? std::get_if<Replaceable>(&*target) : nullptr) {
        auto lock = FolderLock::take(file->found.directory, file->found.directory_path);
        if (!lock) return tl::unexpected(fmt::format("cannot write {}: {}", path, lock.error()));
        held.emplace(std::move(*lock));
        target = resolve_output(path);  // another perfwrap may have replaced it meanwhile
    }
    if (!target) return tl::unexpected(std::move(target.error()));
    const auto* file = std::get_if<Replaceable>(&*target);
    const auto present = file != nullptr ? present_bytes(path, *file) : "";
    if (!present) return tl::unexpected(present.error());
    const auto bytes = update(*present);
    if (!bytes) return tl::unexpected(fmt::format("{} was not changed: {}", path, bytes.error()));
    return file != nullptr ? replace_file(path, *file, *bytes) : write_output(path, *bytes);
}

}  // namespace perfwrap
