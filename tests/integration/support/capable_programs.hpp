// A perfwrap with file capabilities, as an administrator gives it to ordinary users.
#pragma once

#include <optional>
#include <string>

#include "tests/integration/support/ordinary_user.hpp"

namespace perfwrap::test {

// Why files here cannot have capabilities or set-uid bits that count.
std::optional<std::string> no_file_capabilities();

// As setcap(8) takes them.
void give_capabilities(const Programs& programs, const std::string& capabilities);

// With the set that the README names.
struct CapablePrograms : Programs {
    CapablePrograms() { give_capabilities(*this, "cap_bpf,cap_perfmon+ep"); }
};

}  // namespace perfwrap::test
