#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

int process_storm(const Arguments& arguments, Truth& truth) {
    const long count = arguments.number(0, 20000);
    for (long i = 0; i < count; ++i) wait_for(fork_child([] {}));
    truth.add("cpu_seconds_rusage", rusage_cpu_seconds());
    truth.add("processes_started", count + 1);
    truth.write();
    return 0;
}

}  // namespace workloads
