// A property that a fuzz target checks: libFuzzer stops at the exception, the replay of the corpora reports it.
#pragma once

#include <stdexcept>
#include <string>

namespace perfwrap::fuzz {

inline void require(bool holds, const char* what) {
    if (!holds) throw std::logic_error(what);
}

}  // namespace perfwrap::fuzz
