#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>

#include "blocks.hpp"
#include "clocks.hpp"
#include "looks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

int burn(const Arguments& arguments, Truth& truth) {
    burn_cpu(CLOCK_PROCESS_CPUTIME_ID, milliseconds(arguments.number(0, 100)));
    truth.add("cpu_seconds_at_least", seconds(process_cpu_ns()));
    truth.add("processes_started", 1);
    truth.write();
    return 0;
}

// When it has used everything, it prints "PID CPU_SECONDS" on standard output, with the CPU time since main began, and stays.
int hold(const Arguments& arguments, Truth&) {
    const auto begin_ns = process_cpu_ns();
    const Block block(static_cast<std::size_t>(arguments.number(0, 100)) * mib);
    block.touch();
    burn_cpu(CLOCK_PROCESS_CPUTIME_ID, milliseconds(arguments.number(1, 500)));
    std::printf("%d %.9f\n", ::getpid(), seconds(process_cpu_ns() - begin_ns));
    std::fflush(stdout);
    sleep_ns(milliseconds(600'000));
    return 0;
}

int sleep_for(const Arguments& arguments, Truth&) {
    sleep_ns(milliseconds(arguments.number(0, 100)));
    return 0;
}

int stay(const Arguments&, Truth&) {
    hold_for_looks(looks_that_see);
    return 0;
}

int exit_with(const Arguments& arguments, Truth&) { return static_cast<int>(arguments.number(0, 0)); }

int die(const Arguments& arguments, Truth&) {
    constexpr rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    return ::raise(static_cast<int>(arguments.number(0, SIGKILL)));
}

// Looks like the end of a name, a state and a parent to a parser that looks for the first parenthesis or splits lines.
int hostile_comm(const Arguments& arguments, Truth& truth) {
    const auto burn_ns = milliseconds(arguments.number(0, 100));
    ::prctl(PR_SET_NAME, "a) R 1 (b\n");
    SharedCounter child_cpu_ns;
    wait_for(fork_child([&] {
        burn_cpu(CLOCK_PROCESS_CPUTIME_ID, burn_ns);
        hold_for_looks(arguments.number(1, 0));
        child_cpu_ns.add(process_cpu_ns());
    }));
    truth.add("cpu_seconds_at_least", seconds(child_cpu_ns.value() + process_cpu_ns()));
    truth.add("processes_started", 2);
    truth.write();
    return 0;
}

}  // namespace workloads
