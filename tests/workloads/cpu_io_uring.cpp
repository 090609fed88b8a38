#include <linux/io_uring.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <filesystem>
#include <iterator>

#include "clocks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

namespace {

bool has_other_threads() {
    const std::filesystem::directory_iterator threads("/proc/self/task");
    return std::distance(begin(threads), end(threads)) > 1;
}

}  // namespace

// The kernel runs a thread within the process, which polls the ring and ends with it; then the process goes on.
int cpu_io_uring(const Arguments& arguments, Truth& truth) {
    const auto each_ns = milliseconds(arguments.number(0, 200));
    io_uring_params parameters{};
    parameters.flags = IORING_SETUP_SQPOLL;
    parameters.sq_thread_idle = 1000;
    const int ring = static_cast<int>(::syscall(SYS_io_uring_setup, 8, &parameters));
    if (ring < 0) fail("io_uring_setup");
    burn_cpu(CLOCK_PROCESS_CPUTIME_ID, each_ns);
    ::close(ring);
    while (has_other_threads()) sleep_ns(milliseconds(1));
    const pid_t child = fork_child([&] { burn_cpu(CLOCK_PROCESS_CPUTIME_ID, each_ns); });
    wait_for(child);
    burn_cpu(CLOCK_PROCESS_CPUTIME_ID, each_ns);
    truth.add("cpu_seconds_at_least", seconds(each_ns + process_cpu_ns()));
    truth.add("processes_started", 2);
    truth.write();
    return 0;
}

}  // namespace workloads
