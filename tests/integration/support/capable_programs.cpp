#include "tests/integration/support/capable_programs.hpp"

#include <fmt/format.h>
#include <sys/statvfs.h>

#include <stdexcept>

#include "tests/integration/support/preconditions.hpp"

namespace perfwrap::test {

std::optional<std::string> no_file_capabilities() {
    if (auto reason = not_root()) return "setcap " + *reason;
    const TemporaryFolder folder;
    struct statvfs mount {};
    if (::statvfs(folder.path().c_str(), &mount) == 0 && (mount.f_flag & ST_NOSUID) != 0)
        return fmt::format("{} is mounted nosuid, where file capabilities do not count; set TMPDIR to another folder",
                           folder.path());
    if (run({.argv = {"setcap", "-h"}}).code() == 99) return "there is no setcap (scripts/setup test installs it)";
    write_file(folder / "file", "");
    const auto set = run({.argv = {"setcap", "cap_bpf+p", folder / "file"}});
    if (set.code() != 0) return "files here cannot have capabilities: " + set.err;
    return std::nullopt;
}

void give_capabilities(const Programs& programs, const std::string& capabilities) {
    const auto set = run({.argv = {"setcap", capabilities, programs.folder / "perfwrap"}});
    if (set.code() != 0) throw std::runtime_error(set.err);
}

}  // namespace perfwrap::test
