#include "clocks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

int cpu_children(const Arguments& arguments, Truth& truth) {
    const long count = arguments.number(0, 500);
    const auto each_ns = milliseconds(arguments.number(1, 2));
    for (long i = 0; i < count; ++i) wait_for(fork_child([&] { burn_cpu(CLOCK_PROCESS_CPUTIME_ID, each_ns); }));
    truth.add("cpu_seconds_at_least", seconds(static_cast<std::uint64_t>(count) * each_ns + process_cpu_ns()));
    truth.add("cpu_seconds_rusage", rusage_cpu_seconds());
    truth.add("processes_started", count + 1);
    truth.write();
    return 0;
}

}  // namespace workloads
