// perfwrap and a workload as an ordinary user runs them: nobody, if the tests run as root.
#pragma once

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {

constexpr uid_t nobody = 65534;

// The calling process, if it is root; for what is about to exec.
void become_nobody();

// Copies that the user can reach, wherever the build folder is.
struct Programs {
    TemporaryFolder folder;

    Programs();
    // perfwrap OPTIONS -o result.json -- COMMAND in the folder
    Launch launch(Words options, const Words& command) const;
};

}  // namespace perfwrap::test
