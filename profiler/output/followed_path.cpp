#include "profiler/output/followed_path.hpp"

#include <fmt/format.h>
#include <linux/magic.h>
#include <sys/fsuid.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <system_error>
#include <utility>

#include "profiler/output/write_trouble.hpp"

namespace perfwrap {
namespace {

constexpr int most_links = 40;  // the kernel's own limit

bool is_on_procfs(const UniqueFd& file) {
    struct statfs system {};
    return ::fstatfs(file.get(), &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

// As may_follow_link() of fs/namei.c, for every sticky directory.
bool may_follow(const struct stat& link, const UniqueFd& directory) {
    struct stat its {};
    if (::fstat(directory.get(), &its) != 0) return false;
    return (its.st_mode & S_ISVTX) == 0 || link.st_uid == user_of_files() || link.st_uid == its.st_uid;
}

std::optional<int> own_descriptor(const UniqueFd& directory, std::string_view name) {
    struct stat its {};
    struct stat own {};
    if (::fstat(directory.get(), &its) != 0 || ::stat("/proc/self/fd", &own) != 0) return std::nullopt;
    if (its.st_dev != own.st_dev || its.st_ino != own.st_ino) return std::nullopt;
    int fd = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), fd);
    return error == std::errc{} && end == name.data() + name.size() ? std::optional(fd) : std::nullopt;
}

std::string joined(const std::string& folder, std::string_view name) {
    if (folder.empty()) return std::string(name);
    return fmt::format("{}{}{}", folder, folder.ends_with('/') ? "" : "/", name);
}

class Walk {
public:
    Walk(std::string_view path, LastLink last_link) : path_(path), rest_(path), last_link_(last_link) {}

    tl::expected<FoundPath, std::string> run() {
        if (const int error = start()) return trouble(error);
        while (true) {
            const auto name = next_name();
            UniqueFd file(::openat(directory_.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
            if (!file && errno == ENOENT && rest_.empty()) return found(name, {}, std::nullopt);
            if (!file && errno == ENOENT) return no_directory(name);
            struct stat status {};
            if (!file || ::fstat(file.get(), &status) != 0) return trouble(errno);

            if (S_ISLNK(status.st_mode) && !(rest_.empty() && last_link_ == LastLink::kept)) {
                if (const auto own = own_descriptor(directory_, name); own && rest_.empty()) {
                    auto its = found(name, {}, std::nullopt);
                    its.descriptor = own;
                    return its;
                }
                if (!may_follow(status, directory_)) return foreign_link(name);
                if (++links_ > most_links) return trouble(ELOOP);
                UniqueFd beyond;
                if (is_on_procfs(file)) {  // such a link leads where its text cannot
                    beyond = UniqueFd(::openat(directory_.get(), name.c_str(), O_PATH | O_CLOEXEC));
                    if (beyond && ::fstat(beyond.get(), &status) != 0) return trouble(errno);
                }
                if (!beyond || (rest_.empty() && S_ISREG(status.st_mode))) {
                    if (const int error = go_where(file)) return trouble(error);
                    continue;
                }
                file = std::move(beyond);
            }
            if (rest_.find_first_not_of('/') == std::string::npos) {
                if (!rest_.empty() && !S_ISDIR(status.st_mode)) return trouble(ENOTDIR);
                return found(name, std::move(file), status);
            }
            walked_ = joined(walked_, name);
            directory_ = std::move(file);
        }
    }

private:
    int start() {
        const bool absolute = rest_.starts_with('/');
        if (absolute || !directory_) {
            walked_ = absolute ? "/" : "";
            directory_ = UniqueFd(::open(absolute ? "/" : ".", O_PATH | O_DIRECTORY | O_CLOEXEC));
        }
        return directory_ ? 0 : errno;
    }

    // "." at the end of a path that has no more names. What follows the name, with its slash, stays in rest_.
    std::string next_name() {
        rest_.erase(0, rest_.find_first_not_of('/'));
        const auto end = std::min(rest_.find('/'), rest_.size());
        std::string name = rest_.substr(0, end);
        rest_.erase(0, end);
        return name.empty() ? "." : name;
    }

    // Puts the link's text before the rest of the path.
    int go_where(const UniqueFd& link) {
        std::array<char, PATH_MAX> text{};
        const auto length = ::readlinkat(link.get(), "", text.data(), text.size());
        if (length < 0) return errno;
        rest_.insert(0, text.data(), static_cast<std::size_t>(length));
        return start();
    }

    FoundPath found(std::string name, UniqueFd file, std::optional<struct stat> status) {
        auto folder = walked_.empty() ? "." : walked_;
        return {std::move(directory_), std::move(folder), std::move(name), std::move(file), status, std::nullopt};
    }

    tl::unexpected<std::string> trouble(int error) const { return tl::unexpected(write_trouble(path_, error)); }

    tl::unexpected<std::string> no_directory(const std::string& name) const {
        const auto whole = joined(walked_, name) + rest_;
        return tl::unexpected(fmt::format("cannot write {}: the directory {} does not exist; make it first (mkdir -p)", path_,
                                          whole.substr(0, whole.rfind('/'))));
    }

    tl::unexpected<std::string> foreign_link(const std::string& name) const {
        return tl::unexpected(fmt::format(
            "cannot write {}: {} is another user's symbolic link in a directory that others write to; choose another path", path_,
            joined(walked_, name)));
    }

    std::string path_;
    std::string rest_;
    LastLink last_link_;
    UniqueFd directory_;
    std::string walked_;
    int links_ = 0;
};

}  // namespace

uid_t user_of_files() {
    constexpr auto ask = static_cast<uid_t>(-1);  // not a valid id: nothing changes
    return static_cast<uid_t>(::setfsuid(ask));
}

tl::expected<FoundPath, std::string> find_path(std::string_view path, LastLink last_link) { return Walk(path, last_link).run(); }

int reopen(const UniqueFd& file, int flags) {
    return ::open(fmt::format("/proc/self/fd/{}", file.get()).c_str(), flags | O_CLOEXEC);
}

}  // namespace perfwrap
