// perfwrap and a workload as run by an ordinary user: the user nobody, if the tests run as root.
#pragma once

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {

constexpr uid_t nobody = 65534;

// Gives up the rights of root, if the calling process has them; for a process that is about to exec.
void become_nobody();

// Copies that the user can reach, wherever the build directory is.
struct Programs {
    TemporaryFolder folder;

    Programs();
    // perfwrap OPTIONS -o result.json -- COMMAND in the directory
    Launch launch(Words options, const Words& command) const;
};

}  // namespace perfwrap::test
