#include <sys/wait.h>

#include <csignal>

#include "clocks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

int cpu_sigchld_ignored(const Arguments& arguments, Truth& truth) {
    const long count = arguments.number(0, 100);
    const auto each_ns = milliseconds(arguments.number(1, 5));
    std::signal(SIGCHLD, SIG_IGN);
    for (long i = 0; i < count; ++i) fork_child([&] { burn_cpu(CLOCK_PROCESS_CPUTIME_ID, each_ns); });
    while (::wait(nullptr) > 0) {
    }
    truth.add("cpu_seconds_at_least", seconds(static_cast<std::uint64_t>(count) * each_ns + process_cpu_ns()));
    truth.add("processes_started", count + 1);
    truth.write();
    return 0;
}

}  // namespace workloads
