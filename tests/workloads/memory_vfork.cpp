#include <unistd.h>

#include <array>

#include "blocks.hpp"
#include "looks.hpp"
#include "processes.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {

// Until a vfork child execs, two processes share one address space, whose memory is resident once. Both wait until they have been
// looked at often enough, the child before its exec and again after it.
int memory_vfork(const Arguments& arguments, Truth& truth) {
    const long looks = arguments.number(1, 0);
    const Pipe release;
    const std::vector<std::string> words{"workload", "until-released", std::to_string(release.reader())};
    const auto argv = pointers(words);
    const Block block(static_cast<std::size_t>(arguments.number(0, 1024)) * mib);
    block.touch();
    const pid_t child = ::vfork();
    if (child < 0) fail("vfork");
    if (child == 0) {
        const std::array whose_memory_it_is{::getppid()};
        hold_for_looks(whose_memory_it_is, looks);
        ::execv("/proc/self/exe", argv.data());
        ::_exit(127);
    }
    const std::array pids{::getpid(), child};
    hold_for_looks(pids, looks);
    const auto peak = resident_sum(pids);
    truth.add("rss_peak_bytes", peak.rss_bytes);
    truth.add("pss_peak_bytes", peak.pss_bytes);
    truth.add("processes_started", 2);
    release.send();
    wait_for(child);
    truth.write();
    return 0;
}

int until_released(const Arguments& arguments, Truth&) {
    char byte = 0;
    return ::read(static_cast<int>(arguments.number(0, 0)), &byte, 1) == 1 ? 0 : 1;
}

}  // namespace workloads
