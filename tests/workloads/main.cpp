// workload [--truth PATH] NAME [ARG...]
#include <array>
#include <cstdio>
#include <string_view>

#include "workload.hpp"

namespace {

using namespace workloads;

struct Entry {
    std::string_view name;
    Workload* run;
    std::string_view usage;
};

constexpr std::array entries{
    Entry{"burn", burn, "MILLISECONDS [IGNORED...]: that much CPU"},
    Entry{"count-signals", count_signals, "prints ready, then counts signals until none has come for a while"},
    Entry{"cpu-children", cpu_children, "[COUNT=500 MILLISECONDS=2]: children one after the other"},
    Entry{"cpu-daemon", cpu_daemon, "[MILLISECONDS=500 MIB=100]: double fork, setsid"},
    Entry{"cpu-exec-chain", cpu_exec_chain, "[LINKS=20 MILLISECONDS=10]: every second exec is made by a thread"},
    Entry{"cpu-holder", cpu_holder, "[MIB=1536]: dies holding memory"},
    Entry{"cpu-io-uring", cpu_io_uring, "[MILLISECONDS=200]: the kernel runs a thread within it, which ends first"},
    Entry{"cpu-killed", cpu_killed, "[MILLISECONDS=300 SIGNAL=9]: burns and kills itself"},
    Entry{"cpu-leader-exits", cpu_leader_exits, "[THREADS=4 MILLISECONDS=250]: the main thread ends first"},
    Entry{"cpu-sigchld-ignored", cpu_sigchld_ignored, "[COUNT=100 MILLISECONDS=5]: the kernel reaps the children"},
    Entry{"cpu-spawn", cpu_spawn, "[COUNT=50 MILLISECONDS=5]: so many by vfork, so many by posix_spawn"},
    Entry{"cpu-together", cpu_together, "MILLISECONDS...: children at once, which stay until they have been seen together"},
    Entry{"die", die, "SIGNAL"},
    Entry{"exit", exit_with, "CODE"},
    Entry{"fork-chain", fork_chain, "FILE: waits, and beside it each process forks the next one and exits"},
    Entry{"fork-until-refused", fork_until_refused, "[AT_MOST=1000]: children that live at once, until EAGAIN"},
    Entry{"hold", hold, "[MIB=100 MILLISECONDS=500]: uses that much, reports it and stays"},
    Entry{"hostile-comm", hostile_comm, "[MILLISECONDS=100 LOOKS=0]: burns under a name made to break parsers"},
    Entry{"in-cgroup", in_cgroup, "DIRECTORY COMMAND [ARG...]: moves itself into a cgroup and becomes the command"},
    Entry{"io-calls", io_calls, "CALL FILE [MIB=8]: moves that much by one kind of system call, to or from a new file"},
    Entry{"io-unlinked", io_unlinked, "FILE [MIB=32]: writes that much, and removes the file"},
    Entry{"job-control", job_control, "COMMAND [ARG...]: a foreground job, resumed when it stops"},
    Entry{"live-processes", live_processes, "[COUNT=5000]: children that live at once"},
    Entry{"live-threads", live_threads, "[COUNT=2000]: threads that live at once"},
    Entry{"memory-dontneed", memory_dontneed, "[MIB=100]"},
    Entry{"memory-fork", memory_fork, "[MIB=256 CHILDREN=4 LOOKS=0 TIMES=1]"},
    Entry{"memory-four", memory_four, "[MILLISECONDS=300 LOOKS=0]: 10, 20, 30 and 40 MiB in four processes at once"},
    Entry{"memory-hidden", memory_hidden, "[CHILDREN=16]: grow by all that the kernel's counters of each CPU can hide"},
    Entry{"memory-in-cgroup", memory_in_cgroup, "[MIB=32 DIRECTORY]: until its first cgroup is looked at; moves to another"},
    Entry{"memory-leader-exits", memory_leader_exits, "[MIB=32 LOOKS=0]: the main thread ends first"},
    Entry{"memory-memfd", memory_memfd, "[MIB=100 LOOKS=0]: mapped by two"},
    Entry{"memory-mlock", memory_mlock, "[MIB=64]"},
    Entry{"memory-mremap", memory_mremap, "[MIB=100]"},
    Entry{"memory-oom", memory_oom, "[MIB=512]: a child takes memory until it is killed"},
    Entry{"memory-profile", memory_profile, "[HIGH_MIB=200 MILLISECONDS=300 LOW_MIB=50 MILLISECONDS=900]"},
    Entry{"memory-spike", memory_spike, "[HELD_MIB=64 SPIKE_MIB=512 MILLISECONDS=2 LOOKS=0]"},
    Entry{"memory-thp", memory_thp, "on|off [MIB=128]"},
    Entry{"memory-threads", memory_threads, "[THREADS=8 MILLISECONDS=2000 SEED=1]: grow and shrink at random"},
    Entry{"memory-vfork", memory_vfork, "[MIB=1024 LOOKS=0]"},
    Entry{"own-group", own_group, "WORKLOAD [ARG...]: in a process group of its own"},
    Entry{"print-signals", print_signals, "prints ready, then the name of each signal that comes; SIGTERM ends it"},
    Entry{"process-crowd", process_crowd,
          "[SLEEPING=2000 EXECS=2000 MILLISECONDS=500]: live processes, and execs with long arguments"},
    Entry{"process-storm", process_storm, "[COUNT=20000]: forked, ended, reaped"},
    Entry{"random-program", random_program, "[SEED=1]: what programs do, at random, for some 20 to 200 ms"},
    Entry{"random-tree", random_tree, "[SEED=1 STEPS=2000]: a random tree of processes, still at times"},
    Entry{"random-tree-agent", random_tree_agent, "SLOT: one process of random-tree after an exec"},
    Entry{"rename", rename_itself, "changes its name by prctl, /proc/self/comm and over its argv"},
    Entry{"same-pid", same_pid, "[COUNT=20]: children one after the other that have the same process id and exit with 1, 2, ..."},
    Entry{"show-launch", show_launch, "everything that a process can find out about how it was started"},
    Entry{"sleep", sleep_for, "MILLISECONDS"},
    Entry{"stay", stay, "[IGNORED...]: until it has been seen"},
    Entry{"thread-switches", thread_switches, "[THREADS=300]: of a child, one after the other"},
    Entry{"until-released", until_released, "DESCRIPTOR: until there is a byte to read"},
};

}  // namespace

int main(int argc, char** argv) {
    std::vector<std::string> words(argv + 1, argv + argc);
    std::string truth_path;
    if (words.size() > 1 && words[0] == "--truth") {
        truth_path = words[1];
        words.erase(words.begin(), words.begin() + 2);
    }
    const std::string name = words.empty() ? "" : words[0];
    for (const auto& entry : entries) {
        if (entry.name != name) continue;
        Truth truth(truth_path);
        return entry.run(Arguments({words.begin() + 1, words.end()}), truth);
    }
    std::fputs("workload [--truth PATH] NAME [ARG...]\n", stderr);
    for (const auto& entry : entries)
        std::fprintf(stderr, "  %.*s %.*s\n", static_cast<int>(entry.name.size()), entry.name.data(),
                     static_cast<int>(entry.usage.size()), entry.usage.data());
    return 2;
}
