// A workload uses CPU or memory in a way that is hard to measure, and reports what it used.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <string>
#include <vector>

#include "truth.hpp"

namespace workloads {

// The words after the workload's name.
class Arguments {
public:
    explicit Arguments(std::vector<std::string> words) : words_(std::move(words)) {}

    long number(std::size_t index, long fallback) const {
        return index < words_.size() ? std::strtol(words_[index].c_str(), nullptr, 10) : fallback;
    }
    std::string text(std::size_t index, const std::string& fallback) const {
        return index < words_.size() ? words_[index] : fallback;
    }
    const std::vector<std::string>& words() const { return words_; }

private:
    std::vector<std::string> words_;
};

// Returns the exit code.
using Workload = int(const Arguments&, Truth&);

Workload cpu_children, cpu_daemon, cpu_exec_chain, cpu_holder, cpu_io_uring, cpu_killed, cpu_leader_exits, cpu_sigchld_ignored,
    cpu_spawn, cpu_together;
Workload io_calls, io_unlinked;
Workload memory_dontneed, memory_fork, memory_four, memory_hidden, memory_in_cgroup, memory_leader_exits, memory_memfd,
    memory_mlock, memory_mremap, memory_oom, memory_profile, memory_spike, memory_thp, memory_threads, memory_vfork;
Workload fork_until_refused, live_processes, live_threads, rename_itself, same_pid;
Workload process_crowd, process_storm, random_program, random_tree, random_tree_agent;
Workload burn, count_signals, die, exit_with, fork_chain, hold, hostile_comm, in_cgroup, job_control, own_group, print_signals,
    show_launch, sleep_for, stay, thread_switches, until_released;

}  // namespace workloads
