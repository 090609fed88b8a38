#include "profiler/output/output_target.hpp"

#include <fmt/format.h>
#include <sys/fsuid.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <system_error>

namespace perfwrap {
namespace {

std::optional<int> inherited_descriptor(std::string_view path) {
    if (path == "-" || path == "/dev/stdout") return STDOUT_FILENO;
    if (path == "/dev/stderr") return STDERR_FILENO;
    for (const std::string_view folder : {"/dev/fd/", "/proc/self/fd/"}) {
        if (!path.starts_with(folder)) continue;
        const auto digits = path.substr(folder.size());
        int fd = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), fd);
        if (error == std::errc{} && end == digits.data() + digits.size() && fd >= 0) return fd;
    }
    return std::nullopt;
}

std::optional<struct stat> status(const std::string& path) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) return std::nullopt;
    return found;
}

std::string_view remedy(int error) {
    switch (error) {
        case EACCES:
        case EPERM: return "change its permissions or choose another path";
        case EROFS: return "choose a path on a writable file system";
        case ENOSPC:
        case EDQUOT: return "free some space or choose another path";
        case EFBIG: return "raise the limit (ulimit -f) or choose another path";
        case EPIPE: return "keep its reader running until perfwrap has ended";
        case ENAMETOOLONG: return "choose a shorter name";
        case ENXIO: return "keep its reader running until perfwrap has ended";
        case ETIMEDOUT: return "its reader has stopped reading";
        case ELOOP: return "break the loop of symbolic links";
        default: return "choose another path";
    }
}

bool same_file(const Replaceable& a, const Replaceable& b) {
    const auto folder = status(a.folder);
    const auto other = status(b.folder);
    return a.name == b.name && folder && other && folder->st_dev == other->st_dev && folder->st_ino == other->st_ino;
}
bool same_file(const InPlace& a, const InPlace& b) { return a.path == b.path; }
bool same_file(const InheritedDescriptor& a, const InheritedDescriptor& b) { return a.fd == b.fd; }
template <typename A, typename B>
bool same_file(const A&, const B&) {
    return false;
}

}  // namespace

Replaceable split_path(std::string_view path) {
    const auto slash = path.rfind('/');
    if (slash == std::string_view::npos) return {".", std::string(path), std::nullopt};
    return {std::string(path.substr(0, slash == 0 ? 1 : slash)), std::string(path.substr(slash + 1)), std::nullopt};
}

bool same_place(const OutputTarget& a, const OutputTarget& b) {
    return std::visit([](const auto& one, const auto& other) { return same_file(one, other); }, a, b);
}

uid_t user_of_files() {
    constexpr auto ask = static_cast<uid_t>(-1);  // not a valid id: nothing changes
    return static_cast<uid_t>(::setfsuid(ask));
}

std::string write_trouble(std::string_view path, int error) {
    return fmt::format("cannot write {}: {}; {}", path == "-" ? "standard output" : path, std::generic_category().message(error),
                       remedy(error));
}

tl::expected<OutputTarget, std::string> resolve_output(const std::string& path) {
    if (path.empty()) return tl::make_unexpected(std::string("the output path is empty; name a file, or - for standard output"));

    constexpr int most_links = 40;  // the kernel's own limit
    std::string present = path;
    for (int links = 0;; ++links) {
        if (const auto fd = inherited_descriptor(present)) return InheritedDescriptor{*fd};
        std::array<char, PATH_MAX> content{};
        const auto length = ::readlink(present.c_str(), content.data(), content.size());
        if (length < 0) break;
        if (links == most_links) return tl::make_unexpected(write_trouble(path, ELOOP));
        std::string next(content.data(), static_cast<std::size_t>(length));
        present = next.starts_with('/') ? std::move(next) : Replaceable{split_path(present).folder, std::move(next), {}}.path();
    }

    const auto existing = status(path);
    if (existing && S_ISDIR(existing->st_mode))
        return tl::make_unexpected(fmt::format("cannot write {}: it is a directory; name a file in it", path));
    if (existing && S_ISSOCK(existing->st_mode))
        return tl::make_unexpected(fmt::format("cannot write {}: it is a socket; name a file or a pipe", path));
    if (existing && !S_ISREG(existing->st_mode)) return InPlace{path};
    if (!existing && errno != ENOENT) return tl::make_unexpected(write_trouble(path, errno));

    auto file = split_path(present);
    if (file.name.empty())
        return tl::make_unexpected(fmt::format("cannot write {}: it does not name a file; add a file name", path));
    if (!status(file.folder))
        return tl::make_unexpected(
            fmt::format("cannot write {0}: the directory {1} does not exist; make it first (mkdir -p)", path, file.folder));
    file.existing = existing;
    return file;
}

}  // namespace perfwrap
