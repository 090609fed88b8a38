#include "tests/integration/support/ordinary_user.hpp"

#include <grp.h>
#include <unistd.h>

#include <filesystem>

namespace perfwrap::test {

void become_nobody() {
    if (::geteuid() != 0) return;
    if (::setgroups(0, nullptr) != 0 || ::setgid(nobody) != 0 || ::setuid(nobody) != 0) ::_exit(98);
}

Programs::Programs() {
    std::filesystem::copy_file(perfwrap_path(), folder / "perfwrap");
    std::filesystem::copy_file(workload_path(), folder / "workload");
    for (const auto* name : {"perfwrap", "workload"}) make_executable(folder / name);
}

Launch Programs::launch(Words options, const Words& command) const {
    options.insert(options.begin(), folder / "perfwrap");
    options.insert(options.end(), {"-o", folder / "result.json", "--"});
    options.insert(options.end(), command.begin(), command.end());
    return {.argv = options, .folder = folder.path(), .before_exec = become_nobody};
}

}  // namespace perfwrap::test
