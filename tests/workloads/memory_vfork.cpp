#include <unistd.h>

#include <algorithm>
#include <array>

#include "blocks.hpp"
#include "clocks.hpp"
#include "processes.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {

// Until a vfork child execs, two processes share one memory: it is resident once.
int memory_vfork(const Arguments& arguments, Truth& truth) {
    const long hold_ms = arguments.number(1, 100);
    const std::vector<std::string> words{"workload", "sleep", std::to_string(2 * hold_ms)};
    const auto argv = pointers(words);
    const Block block(static_cast<std::size_t>(arguments.number(0, 1024)) * mib);
    block.touch();
    const pid_t child = ::vfork();
    if (child < 0) fail("vfork");
    if (child == 0) {
        const timespec hold{hold_ms / 1000, hold_ms % 1000 * 1'000'000};
        ::nanosleep(&hold, nullptr);
        ::execv("/proc/self/exe", argv.data());
        ::_exit(127);
    }
    sleep_ns(milliseconds(hold_ms));
    const std::array pids{::getpid(), child};
    const auto peak = resident_sum(pids);
    truth.add("rss_peak_bytes", peak.rss_bytes);
    truth.add("pss_peak_bytes", peak.pss_bytes);
    truth.add("processes_started", 2);
    wait_for(child);
    truth.write();
    return 0;
}

}  // namespace workloads
