// Another user to run the command as: looked up before the start; the child becomes that user just before exec.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <tl/expected.hpp>
#include <vector>

namespace perfwrap {

struct Identity {
    uid_t uid = 0;
    gid_t gid = 0;
    std::vector<gid_t> groups;  // supplementary ones, the primary included as initgroups(3) does
    std::string name;
    std::string home;
    std::string shell;
};

// --user: the name or number of a user. The error names the option and what to do.
tl::expected<Identity, std::string> find_user(const std::string& name_or_uid);

// What sudo reports about its caller.
struct SudoVariables {
    std::optional<std::string> uid;   // SUDO_UID
    std::optional<std::string> gid;   // SUDO_GID
    std::optional<std::string> user;  // SUDO_USER
};
SudoVariables sudo_variables();

// --as-invoker.
tl::expected<Identity, std::string> find_invoker(const SudoVariables& sudo);

// HOME, SHELL, LOGNAME, USER and MAIL as sudo(8) sets them for its target user; other variables are kept.
std::vector<std::string> environment_of(const Identity& identity, std::vector<std::string> environment);

// Makes the calling process that user for good: groups, ids, no capabilities. Returns 0 or an errno.
int become(const Identity& identity);

// While it exists, the calling thread finds, opens and creates files with that user's rights; without an identity nothing
// changes. Throws std::system_error if the kernel does not allow that.
class FileRights {
public:
    explicit FileRights(const std::optional<Identity>& identity);
    ~FileRights() { restore(); }
    FileRights(const FileRights&) = delete;
    FileRights& operator=(const FileRights&) = delete;

private:
    void restore();

    bool changed_ = false;
    std::vector<gid_t> groups_before_;
};

}  // namespace perfwrap
