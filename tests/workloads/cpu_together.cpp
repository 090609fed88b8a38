#include <unistd.h>

#include <vector>

#include "clocks.hpp"
#include "looks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

// Children that burn CPU at the same time. All have done their work before the first one exits: they and their parent are seen
// together.
int cpu_together(const Arguments& arguments, Truth& truth) {
    Pipe working;
    Pipe release;
    std::vector<pid_t> pids;
    for (std::size_t i = 0; i < arguments.words().size(); ++i)
        pids.push_back(fork_child([&] {
            burn_cpu(CLOCK_PROCESS_CPUTIME_ID, milliseconds(arguments.number(i, 0)));
            working.send();
            release.wait_for_end();
        }));
    for (std::size_t i = 0; i < pids.size(); ++i) working.receive();
    pids.push_back(::getpid());
    hold_for_looks(pids, looks_that_see);
    release.close_writer();
    for (std::size_t i = 0; i + 1 < pids.size(); ++i) wait_for(pids[i]);
    truth.add("cpu_seconds_rusage", rusage_cpu_seconds());
    truth.add("processes_started", pids.size());
    truth.write();
    return 0;
}

}  // namespace workloads
