#include "profiler/output/output_target.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <charconv>
#include <system_error>
#include <utility>

namespace perfwrap {
namespace {

// These serve where /proc is not mounted, too.
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

bool same_inode(const UniqueFd& a, const UniqueFd& b) {
    struct stat one {};
    struct stat other {};
    return ::fstat(a.get(), &one) == 0 && ::fstat(b.get(), &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

bool same_file(const Replaceable& a, const Replaceable& b) {
    return a.found.name == b.found.name && same_inode(a.found.directory, b.found.directory);
}
bool same_file(const InPlace& a, const InPlace& b) { return same_inode(a.found.file, b.found.file); }
bool same_file(const InheritedDescriptor& a, const InheritedDescriptor& b) { return a.fd == b.fd; }
template <typename A, typename B>
bool same_file(const A&, const B&) {
    return false;
}

// What keeps an existing file from being an output.
std::optional<std::string> no_output(const std::string& path, const std::optional<struct stat>& status) {
    if (status && S_ISDIR(status->st_mode)) return fmt::format("cannot write {}: it is a directory; name a file in it", path);
    if (status && S_ISSOCK(status->st_mode)) return fmt::format("cannot write {}: it is a socket; name a file or a pipe", path);
    return std::nullopt;
}

}  // namespace

bool same_place(const OutputTarget& a, const OutputTarget& b) {
    return std::visit([](const auto& one, const auto& other) { return same_file(one, other); }, a, b);
}

tl::expected<OutputTarget, std::string> resolve_output(const std::string& path) {
    if (path.empty()) return tl::make_unexpected(std::string("the output path is empty; name a file, or - for standard output"));
    if (const auto fd = inherited_descriptor(path)) return InheritedDescriptor{*fd};
    auto found = find_path(path);
    if (!found) return tl::make_unexpected(std::move(found.error()));
    if (found->descriptor) return InheritedDescriptor{*found->descriptor};
    if (auto reason = no_output(path, found->status)) return tl::make_unexpected(std::move(*reason));
    if (found->status && !S_ISREG(found->status->st_mode)) return InPlace{std::move(*found)};
    return Replaceable{std::move(*found)};
}

tl::expected<Replaceable, std::string> resolve_without_link(const std::string& path) {
    auto found = find_path(path, LastLink::kept);
    if (!found) return tl::make_unexpected(std::move(found.error()));
    if (auto reason = no_output(path, found->status)) return tl::make_unexpected(std::move(*reason));
    return Replaceable{std::move(*found)};
}

}  // namespace perfwrap
