// Workloads that know what they used, and a session that runs the procfs probe on them.
#pragma once

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <catch2/catch.hpp>
#include <cstring>
#include <functional>
#include <vector>

#include "probes/procfs/procfs_probe.hpp"
#include "probes/system/clock.hpp"
#include "tests/support/units.hpp"

namespace perfwrap::test {

inline std::uint64_t cpu_ns(const rusage& usage) {
    const auto ns = [](const timeval& time) {
        return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_usec) * 1000;
    };
    return ns(usage.ru_utime) + ns(usage.ru_stime);
}

// Memory that the workload's processes share with the test.
struct Shared {
    std::atomic<std::uint64_t> truth_ns{0};
    std::atomic<int> daemon{0};
    std::atomic<int> holding{0};
    std::atomic<bool> go{false};
    std::atomic<std::uint64_t> samples{0};  // taken so far
    std::atomic<bool> held{false};          // the memory was held long enough
    std::uint64_t held_from_ns = 0;
    std::uint64_t held_until_ns = 0;
    rusage before{};
};

inline Shared* make_shared_memory() {
    void* memory = ::mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return new (memory) Shared;  // NOLINT(cppcoreguidelines-owning-memory): it lives in the mapping, as long as the test
}

inline void sleep_ms(long milliseconds) {
    const timespec time{.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1'000'000};
    ::nanosleep(&time, nullptr);
}

// Returns when `samples` samples have begun and ended since the call: the state of the caller has been seen.
inline void hold_for_samples(const Shared& shared, std::uint64_t samples = 1) {
    constexpr std::uint64_t begun_before = 1;
    const auto enough = shared.samples + begun_before + samples;
    while (shared.samples < enough) sleep_ms(5);
}

// Burns CPU by the calling process's own clock, and records how much it had used by the end.
inline void burn(Shared& shared, std::uint64_t milliseconds) {
    const auto until = clock_ns(CLOCK_PROCESS_CPUTIME_ID) + milliseconds * ms;
    while (clock_ns(CLOCK_PROCESS_CPUTIME_ID) < until) {
    }
    shared.truth_ns += milliseconds * ms;
}

inline void* touch(std::size_t bytes, int sharing = MAP_PRIVATE) {
    void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) ::_exit(98);
    std::memset(memory, 1, bytes);
    return memory;
}

template <class Body>
pid_t spawn(Body body) {
    const pid_t child = ::fork();
    if (child == 0) {
        body();
        ::_exit(0);
    }
    return child;
}

inline void wait_for_all() {
    while (::wait(nullptr) > 0) {
    }
}

enum class Until : std::uint8_t { command_ends, tree_ends };

struct Run {
    Observation seen;
    std::vector<Observation> looks;  // so far, before each sample; on demand
    std::vector<std::uint64_t> sampled_ns;
    std::uint64_t reaped_cpu_ns = 0;  // what the kernel reports for everything that was waited for
    std::uint64_t baseline_ns = 0;
    std::uint64_t wall_ns = 0;

    std::uint64_t cpu_ns() const { return *seen.totals.cpu_user_ns + *seen.totals.cpu_system_ns; }
    std::uint64_t rows_cpu_ns() const {
        std::uint64_t sum = 0;
        for (const auto& each : seen.processes.programs().sorted()) sum += each.used.cpu_ns;
        return sum;
    }
};

// What a session does: fork, start, sample as asked, read the zombies, reap, finish.
template <class Body>
Run observe(Shared& shared, Body body, Until until = Until::command_ends, const ProcfsProbeOptions& options = {},
            bool look = false, const std::function<void(Probe&)>& after_sample = {}) {
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    auto probe = *make_procfs_probe(options);
    rusage reaped_before{};
    ::getrusage(RUSAGE_CHILDREN, &reaped_before);
    probe->arm(0);
    const pid_t command = spawn([&] {
        ::getrusage(RUSAGE_SELF, &shared.before);
        shared.go = true;
        body();
    });
    while (!shared.go) sleep_ms(1);
    const auto exec_ns = clock_ns(CLOCK_MONOTONIC);
    probe->started(command, exec_ns, shared.before);

    Run run;
    for (bool over = false; !over;) {
        if (look) run.looks.push_back(probe->so_far());
        run.sampled_ns.push_back(clock_ns(CLOCK_MONOTONIC));
        const auto interval_ns = probe->sample(run.sampled_ns.back());
        ++shared.samples;
        if (after_sample) after_sample(*probe);
        const timespec pause{.tv_sec = 0, .tv_nsec = static_cast<long>(std::min<std::uint64_t>(interval_ns, 20 * ms))};
        ::nanosleep(&pause, nullptr);
        for (;;) {
            siginfo_t info{};
            if (::waitid(P_ALL, 0, &info, WEXITED | WNOWAIT | WNOHANG) != 0) over = true;  // no children left
            if (over || info.si_pid == 0) break;
            probe->ended(info.si_pid);
            int status = 0;
            rusage usage{};
            ::wait4(info.si_pid, &status, 0, &usage);
            probe->reaped(info.si_pid, status, usage);
            if (info.si_pid == command && until == Until::command_ends) over = true;
        }
    }
    const auto end_ns = clock_ns(CLOCK_MONOTONIC);
    run.seen = probe->finish(end_ns, Closing::at_command_end);
    rusage reaped_after{};
    ::getrusage(RUSAGE_CHILDREN, &reaped_after);
    run.reaped_cpu_ns = cpu_ns(reaped_after) - cpu_ns(reaped_before);
    run.baseline_ns = cpu_ns(shared.before);
    run.wall_ns = end_ns - exec_ns;
    CHECK(run.rows_cpu_ns() <= run.cpu_ns());
    return run;
}

}  // namespace perfwrap::test
