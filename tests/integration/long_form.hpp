// Whether random and large tests run at full length.
#pragma once

#include <cstdlib>

namespace perfwrap::test {

// $PERFWRAP_LONG_TESTS is set and not empty.
inline bool long_form() {
    const char* const wish = std::getenv("PERFWRAP_LONG_TESTS");
    return wish != nullptr && *wish != '\0';
}

}  // namespace perfwrap::test
