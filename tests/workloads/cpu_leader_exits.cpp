#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "clocks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

namespace {

// /proc/self/stat is that of the leader, which is a zombie until the last thread ends.
void wait_for_end_of_leader() {
    std::array<char, 512> stat{};
    const auto leader_ended = [&] {
        const int file = ::open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
        if (file < 0 || ::read(file, stat.data(), stat.size() - 1) <= 0) fail("/proc/self/stat");
        ::close(file);
        return std::strrchr(stat.data(), ')')[2] == 'Z';
    };
    while (!leader_ended()) sleep_ns(milliseconds(1));
}

}  // namespace

int cpu_leader_exits(const Arguments& arguments, Truth& truth) {
    static std::atomic<long> running;
    static pthread_barrier_t all_live;
    const long threads = arguments.number(0, 4);
    const auto each_ns = milliseconds(arguments.number(1, 250));
    running = threads;
    ::pthread_barrier_init(&all_live, nullptr, static_cast<unsigned>(threads + 1));
    for (long i = 0; i < threads; ++i)
        // By value: the leader's stack may be gone.
        std::thread([=]() mutable {
            ::pthread_barrier_wait(&all_live);
            wait_for_end_of_leader();
            burn_cpu(CLOCK_THREAD_CPUTIME_ID, each_ns);
            if (--running > 0) return;
            truth.add("cpu_seconds_at_least", seconds(process_cpu_ns()));
            truth.add("processes_started", 1);
            truth.add("threads_started", threads + 1);
            truth.write();
            ::_exit(0);
        }).detach();
    ::pthread_barrier_wait(&all_live);
    ::pthread_exit(nullptr);
}

}  // namespace workloads
