#include <unistd.h>

#include "blocks.hpp"
#include "clocks.hpp"
#include "processes.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {

// RSS counts the shared pages in every process, PSS and the anonymous sum once.
int memory_fork(const Arguments& arguments, Truth& truth) {
    const long children = arguments.number(1, 4);
    const Block block(static_cast<std::size_t>(arguments.number(0, 256)) * mib);
    block.touch();
    Pipe holding;
    Pipe release;
    std::vector<pid_t> pids{::getpid()};
    for (long i = 0; i < children; ++i)
        pids.push_back(fork_child([&] {
            holding.send();
            release.wait_for_end();
        }));
    for (long i = 0; i < children; ++i) holding.receive();
    sleep_ns(milliseconds(arguments.number(2, 500)));
    const auto peak = resident_sum(pids);
    truth.add("rss_peak_bytes", peak.rss_bytes);
    truth.add("pss_peak_bytes", peak.pss_bytes);
    truth.add("anon_peak_bytes", peak.pss_anon_bytes);
    truth.add("processes_started", pids.size());
    release.close_writer();
    for (std::size_t i = 1; i < pids.size(); ++i) wait_for(pids[i]);
    truth.write();
    return 0;
}

}  // namespace workloads
