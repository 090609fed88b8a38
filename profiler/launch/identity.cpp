#include "profiler/launch/identity.hpp"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <system_error>
#include <utility>

#include "profiler/launch/file_capabilities.hpp"

namespace perfwrap {
namespace {

std::optional<id_t> number(std::string_view text) {
    id_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    // The largest one means "no change" to the system calls.
    if (error != std::errc{} || end != text.data() + text.size() || value == static_cast<id_t>(-1)) return std::nullopt;
    return value;
}

std::vector<gid_t> groups_of(const std::string& name, gid_t gid) {
    std::vector<gid_t> groups(64);
    auto count = static_cast<int>(groups.size());
    while (::getgrouplist(name.c_str(), gid, groups.data(), &count) < 0)
        groups.resize(std::max(static_cast<std::size_t>(count), groups.size() * 2)), count = static_cast<int>(groups.size());
    groups.resize(static_cast<std::size_t>(count));
    return groups;
}

std::optional<Identity> identity_from(const passwd* entry) {
    if (entry == nullptr) return std::nullopt;
    return Identity{.uid = entry->pw_uid,
                    .gid = entry->pw_gid,
                    .groups = groups_of(entry->pw_name, entry->pw_gid),
                    .name = entry->pw_name,
                    .home = entry->pw_dir,
                    .shell = entry->pw_shell != nullptr && *entry->pw_shell != '\0' ? entry->pw_shell : "/bin/sh"};
}

// As container runtimes do: its number is its name, and its group is root's, which owns what an image lets any user write.
Identity identity_without_entry(uid_t uid, gid_t gid = 0) {
    return {.uid = uid, .gid = gid, .groups = {gid}, .name = fmt::to_string(uid), .home = "/", .shell = "/bin/sh"};
}

tl::unexpected<std::string> not_root(std::string_view option) {
    return tl::unexpected(fmt::format("{} needs root, since only root can become another user; use sudo perfwrap {} ...", option,
                                      option == "--user" ? "--user NAME" : option));
}

std::optional<std::string> variable(const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr ? std::optional<std::string>(value) : std::nullopt;
}

// The C library's functions would change every thread of the process.
long set_groups_of_thread(const std::vector<gid_t>& groups) { return ::syscall(SYS_setgroups, groups.size(), groups.data()); }

}  // namespace

tl::expected<Identity, std::string> find_user(const std::string& name_or_uid) {
    if (::geteuid() != 0) return not_root("--user");
    if (auto named = identity_from(::getpwnam(name_or_uid.c_str()))) return *std::move(named);
    if (const auto uid = number(name_or_uid)) return identity_from(::getpwuid(*uid)).value_or(identity_without_entry(*uid));
    return tl::unexpected(
        fmt::format("--user: there is no user '{}'; getent passwd lists users by name and number", name_or_uid));
}

SudoVariables sudo_variables() { return {variable("SUDO_UID"), variable("SUDO_GID"), variable("SUDO_USER")}; }

tl::expected<Identity, std::string> find_invoker(const SudoVariables& sudo) {
    if (::geteuid() != 0) return not_root("--as-invoker");
    if (!sudo.uid)
        return tl::unexpected(
            std::string("--as-invoker: sudo did not start perfwrap (SUDO_UID is not set); name the user with --user NAME"));
    const auto uid = number(*sudo.uid);
    const auto gid = number(sudo.gid.value_or(""));
    if (!uid || gid.has_value() != sudo.gid.has_value())
        return tl::unexpected(
            fmt::format("--as-invoker: SUDO_UID '{}' and SUDO_GID '{}' are not numbers as sudo would set them; name "
                        "the user with --user NAME",
                        *sudo.uid, sudo.gid.value_or("")));
    auto found = identity_from(::getpwuid(*uid));
    // Several names may share a number.
    if (auto named = sudo.user ? identity_from(::getpwnam(sudo.user->c_str())) : std::nullopt; named && named->uid == *uid)
        found = std::move(named);
    if (!found && gid) return identity_without_entry(*uid, *gid);
    if (!found)
        return tl::unexpected(
            fmt::format("--as-invoker: there is no user with the number {} (SUDO_UID); name one with --user NAME", *uid));
    if (gid && *gid != found->gid) {
        found->gid = *gid;
        found->groups = groups_of(found->name, *gid);
    }
    return *std::move(found);
}

// sudo's rebuild_env(), plugins/sudoers/env.c.
std::vector<std::string> environment_of(const Identity& identity, std::vector<std::string> environment) {
    const auto set = [&](std::string_view name, std::string_view value) {
        const auto prefix = fmt::format("{}=", name);
        std::erase_if(environment, [&](const std::string& variable) { return variable.starts_with(prefix); });
        environment.push_back(prefix + std::string(value));
    };
    set("HOME", identity.home);
    set("SHELL", identity.shell);
    set("LOGNAME", identity.name);
    set("USER", identity.name);
    set("MAIL", fmt::format("/var/mail/{}", identity.name));
    return environment;
}

int become(const Identity& identity) {
    if (set_groups_of_thread(identity.groups) != 0) return errno;
    if (::syscall(SYS_setresgid, identity.gid, identity.gid, identity.gid) != 0) return errno;
    if (::syscall(SYS_setresuid, identity.uid, identity.uid, identity.uid) != 0) return errno;
    if (identity.uid == 0) {
        clear_inheritable_capabilities();
        return 0;
    }
    // The kernel has cleared the other sets, unless its securebits(7) say otherwise.
    ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
    drop_all_capabilities();
    return 0;
}

FileRights::FileRights(const std::optional<Identity>& identity) {
    if (!identity) return;
    const auto refused = [&](int error) {
        return std::system_error(
            error, std::generic_category(),
            fmt::format("cannot take on the rights of user {}; give perfwrap CAP_SETUID and CAP_SETGID", identity->name));
    };
    groups_before_.resize(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
    if (::getgroups(static_cast<int>(groups_before_.size()), groups_before_.data()) < 0) throw refused(errno);
    if (set_groups_of_thread(identity->groups) != 0) throw refused(errno);
    changed_ = true;
    ::setfsgid(identity->gid);
    ::setfsuid(identity->uid);
    // setfsuid and setfsgid return only the previous id; -1 is not a valid id, so asking for it changes nothing.
    constexpr auto ask = static_cast<uid_t>(-1);
    if (static_cast<uid_t>(::setfsuid(ask)) == identity->uid && static_cast<gid_t>(::setfsgid(ask)) == identity->gid) return;
    restore();
    throw refused(EPERM);
}

void FileRights::restore() {
    if (!std::exchange(changed_, false)) return;
    ::setfsuid(::geteuid());
    ::setfsgid(::getegid());
    set_groups_of_thread(groups_before_);
}

}  // namespace perfwrap
