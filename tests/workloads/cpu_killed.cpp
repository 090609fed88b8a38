#include <csignal>

#include "clocks.hpp"
#include "workload.hpp"

namespace workloads {

int cpu_killed(const Arguments& arguments, Truth& truth) {
    burn_cpu(CLOCK_PROCESS_CPUTIME_ID, milliseconds(arguments.number(0, 300)));
    truth.add("cpu_seconds_at_least", seconds(process_cpu_ns()));
    truth.add("processes_started", 1);
    truth.write();
    return ::raise(static_cast<int>(arguments.number(1, SIGKILL)));
}

}  // namespace workloads
