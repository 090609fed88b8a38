#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include <vector>

#include "clocks.hpp"
#include "workload.hpp"

namespace workloads {

int cpu_leader_exits(const Arguments& arguments, Truth& truth) {
    static std::atomic<long> running;
    const long threads = arguments.number(0, 4);
    const auto each_ns = milliseconds(arguments.number(1, 250));
    running = threads;
    for (long i = 0; i < threads; ++i)
        // By value: the leader's stack may be gone.
        std::thread([=]() mutable {
            burn_cpu(CLOCK_THREAD_CPUTIME_ID, each_ns);
            if (--running > 0) return;
            truth.add("cpu_seconds_at_least", seconds(process_cpu_ns()));
            truth.add("processes_started", 1);
            truth.add("threads_started", threads + 1);
            truth.write();
            ::_exit(0);
        }).detach();
    ::pthread_exit(nullptr);
}

}  // namespace workloads
