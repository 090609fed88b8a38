#include <unistd.h>

#include <array>
#include <vector>

#include "blocks.hpp"
#include "clocks.hpp"
#include "looks.hpp"
#include "processes.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {

// The parent and three children hold memory at the same time, for a given time and until they have been looked at often enough.
int memory_four(const Arguments& arguments, Truth& truth) {
    constexpr std::array<std::size_t, 3> children_mib{20, 30, 40};
    Pipe holding;
    Pipe release;
    std::vector<pid_t> pids{::getpid()};
    for (const auto size : children_mib)
        pids.push_back(fork_child([&] {
            const Block block(size * mib);
            block.touch();
            holding.send();
            release.wait_for_end();
        }));
    const Block block(10 * mib);
    block.touch();
    for (std::size_t i = 0; i < children_mib.size(); ++i) holding.receive();
    sleep_ns(milliseconds(arguments.number(0, 300)));
    hold_for_looks(pids, arguments.number(1, 0));
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
