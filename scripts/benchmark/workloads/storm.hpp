// What all storms have in common: a count on the command line, their own time on standard output.
#pragma once

#include <sched.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>

namespace storm {

inline long count_argument(int argc, char** argv) {
    const long count = argc == 2 ? std::strtol(argv[1], nullptr, 10) : 0;
    if (count > 0) return count;
    std::fprintf(stderr, "usage: %s COUNT\n", argv[0]);
    std::exit(2);
}

[[noreturn]] inline void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

// The line `seconds S`, as scripts/examples/dask_bench.py prints it.
template <typename Work>
void print_seconds(Work&& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - begin;
    std::printf("seconds %.9f\n", seconds.count());
}

// On one CPU, two tasks that wake each other in turn switch contexts every time; two CPUs would measure wake-ups between CPUs.
inline void stay_on_one_cpu() {
    cpu_set_t allowed;
    if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) fail("sched_getaffinity");
    int last = CPU_SETSIZE - 1;
    while (!CPU_ISSET(last, &allowed)) --last;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    if (::sched_setaffinity(0, sizeof one, &one) != 0) fail("sched_setaffinity");
}

}  // namespace storm
