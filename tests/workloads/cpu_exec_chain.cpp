#include <thread>

#include "clocks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

// The CPU clock of a process is not reset by exec, whichever thread calls it: the last link knows the CPU time of all.
int cpu_exec_chain(const Arguments& arguments, Truth& truth) {
    const long links = arguments.number(0, 20);
    const long each_ms = arguments.number(1, 10);
    burn_cpu(CLOCK_PROCESS_CPUTIME_ID, milliseconds(each_ms));
    if (links > 1) {
        const auto next = [&] {
            exec_self(
                {"workload", "--truth", truth.path(), "cpu-exec-chain", std::to_string(links - 1), std::to_string(each_ms)});
        };
        if (links % 2 == 0) std::thread(next).join();
        next();
    }
    truth.add("cpu_seconds_at_least", seconds(process_cpu_ns()));
    truth.add("processes_started", 1);
    truth.write();
    return 0;
}

}  // namespace workloads
