#pragma once

#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/integration/support/child.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/support/sanitized.hpp"

namespace perfwrap::test {

// How much perfwrap may pass over, for the three kinds of resident pages: less than 32 pages on each CPU. This is the accuracy
// that it states for bounded values.
inline double counter_bound_bytes() {
    const auto cpus = static_cast<double>(::sysconf(_SC_NPROCESSORS_ONLN));
    return 3 * cpus * 32 * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// What threads count by themselves before Linux 6.2: the pages of their last 66 page faults (mm/memory.c,
// TASK_RSS_EVENTS_THRESH). Here they are faults on anonymous memory, each of one page.
inline double untold_faults_bytes(double threads) {
    return kernel_at_least(6, 2) ? 0 : threads * 66 * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// The limit for perfwrap's own memory, whatever it measures; the command should use less.
inline void check_own_memory(const Ended& perfwrap) {
    if (sanitized)
        WARN("perfwrap's own memory is not checked: it is a sanitizer's here");
    else
        CHECK(perfwrap.rss_at_most_bytes < 32 * 1024 * 1024);
}

}  // namespace perfwrap::test
