#include <unistd.h>

#include "blocks.hpp"
#include "clocks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

int cpu_daemon(const Arguments& arguments, Truth& truth) {
    const auto burn_ns = milliseconds(arguments.number(0, 500));
    const auto bytes = static_cast<std::size_t>(arguments.number(1, 100)) * mib;
    SharedCounter daemon_cpu_ns;
    Pipe alive;
    wait_for(fork_child([&] {
        ::setsid();
        fork_child([&] {
            Block block(bytes);
            block.touch();
            burn_cpu(CLOCK_PROCESS_CPUTIME_ID, burn_ns);
            daemon_cpu_ns.add(process_cpu_ns());
        });
    }));
    alive.wait_for_end();
    truth.add("cpu_seconds_at_least", seconds(daemon_cpu_ns.value() + process_cpu_ns()));
    truth.add("largest_process_rss_at_least_bytes", bytes);
    truth.add("processes_started", 3);
    truth.write();
    return 0;
}

}  // namespace workloads
