// A perfwrap with file capabilities, as an administrator gives it to ordinary users.
#pragma once

#include <optional>
#include <string>

#include "tests/integration/support/ordinary_user.hpp"

namespace perfwrap::test {

// Why capabilities and set-uid bits of files have no effect here; empty if they have.
std::optional<std::string> no_file_capabilities();

// In the syntax of setcap(8).
void give_capabilities(const Programs& programs, const std::string& capabilities);

// With the capabilities that the README names.
struct CapablePrograms : Programs {
    CapablePrograms() { give_capabilities(*this, "cap_bpf,cap_perfmon+ep"); }
};

}  // namespace perfwrap::test
