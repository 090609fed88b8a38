// The processes of the tree, and what /proc last reported about each. Identity is (pid, start time), never the pid alone.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "probes/procfs/command_store.hpp"
#include "probes/procfs/cpu_watch.hpp"
#include "probes/procfs/usage.hpp"
#include "probes/system/proc_files.hpp"

namespace perfwrap {

struct TrackedProcess {
    int pid = 0;
    std::uint64_t start_ticks = 0;
    int parent_pid = 0;
    bool parent_in_tree = false;
    // Descends from a child that perfwrap's process had before the command: watched so that it can be excluded, never counted.
    bool foreign = false;
    bool gone = false;
    CpuWatch cpu_watch;
    bool stirred = true;  // the last refresh read it, since it ran lately or it was its turn
    std::string comm;
    std::uint64_t arguments_address = 0;
    std::uint64_t arguments_bytes = 0;
    Command command;                          // never empty
    std::uint64_t start_ns = 0;               // CLOCK_MONOTONIC, with the resolution of start_ticks
    std::optional<std::uint64_t> ended_ns;    // first seen as a zombie
    int memory_tid = 0;                       // the thread whose files show the memory; those of an ended first thread do not
    Usage own;                                // without context switches, which stat does not have
    Usage waited;                             // of the children that it waited for, and of those that they waited for
    std::shared_ptr<const UniqueFd> io_file;  // null if there are not enough descriptors
    std::optional<IoCounters> io;             // read once it had ended
    ResidentMemory memory;                    // as last read; zero once it has ended, or if it shares its parent's memory
    bool in_parents_memory = false;           // between vfork and exec, or for good
    std::uint64_t rss_peak_bytes = 0;
    std::uint32_t threads = 0;
    std::uint32_t threads_peak = 1;
    bool ignores_sigchld = false;
    bool parent_ignores_sigchld = false;

    // It waited for at least one child. Only one that shares its parent's memory may have had no page fault.
    bool has_waited() const { return waited.minor_faults > 0 || waited.cpu_ns() > 0; }
};

class ProcessTree {
public:
    // self: the process whose new children, and those that are re-parented to it, belong to the tree.
    ProcessTree(ProcFs proc, pid_t self);

    // The present descendants of self, and what they start, are foreign from here on.
    void exclude_present_children();

    // Adds a child of self unless it is known already. Null: it is no longer in /proc.
    TrackedProcess* add_child(int pid, std::uint64_t now_ns);

    // Reads every known process that has run since it was last read, moves those that are gone to vanished(), and looks for new
    // ones. A process that sleeps is read in its turn, by one refresh in `turns`: other processes may change its memory.
    void refresh(std::uint64_t now_ns);
    static constexpr unsigned turns = 16;

    // Counts the refreshes that found something new: a process that ran, came or went.
    std::uint64_t changes() const { return changes_; }

    // Reads one process now; false if it is gone.
    bool read(TrackedProcess& process, std::uint64_t now_ns);

    // Whether /proc has hidden a process of the tree from perfwrap's user while it was alive (hidepid): its memory and its
    // children are in no sum. And whether one of them is still alive.
    bool has_hidden() const { return !hidden_.empty(); }
    bool has_hidden_alive() const;

    Read<IoCounters> read_io(const TrackedProcess& process);

    TrackedProcess* find(int pid);

    // Removes a process that self has reaped.
    std::optional<TrackedProcess> take(int pid);

    // Ancestors come before their descendants.
    std::vector<TrackedProcess>& processes() { return processes_; }

    // Processes that the last refresh found gone although they were not taken. Ancestors first.
    const std::vector<TrackedProcess>& vanished() const { return vanished_; }

    ProcFs& proc() { return proc_; }

private:
    bool has_its_turn(int pid) const { return (static_cast<unsigned>(pid) + refreshes_) % turns == 0; }
    void stir_ancestors_of_vanished();
    void follow_parents(std::uint64_t now_ns);
    void discover(std::uint64_t now_ns);
    void discover_by_children_files(bool somebody_forked, std::uint64_t now_ns);
    void discover_by_parent_pids(std::uint64_t now_ns);
    void add_children_of(int pid, std::uint32_t threads, bool foreign, std::uint64_t now_ns);
    TrackedProcess* add(int pid, bool foreign, std::uint64_t now_ns);
    void note_if_hidden(const TrackedProcess& process);
    void read_usage(TrackedProcess& process, const ProcessStat& stat) const;
    void read_memory(TrackedProcess& process, bool first_thread_ended);
    bool is_in_parents_memory(const TrackedProcess& process) const;
    void read_command(TrackedProcess& process);
    void remove_vanished();
    void rebuild_index();

    ProcFs proc_;
    pid_t self_;
    bool children_files_;
    std::uint64_t tick_ns_;
    std::uint64_t suspended_ns_;  // start times include the time of suspension, unlike CLOCK_MONOTONIC
    CommandStore commands_;
    std::vector<TrackedProcess> processes_;
    std::vector<TrackedProcess> vanished_;
    std::unordered_map<int, std::size_t> index_;
    std::unordered_set<int> hidden_;
    std::unordered_set<int> hidden_strangers_;
    std::vector<int> new_pids_;
    std::vector<int> thread_ids_;

    std::optional<int> last_pid_;
    bool changed_ = true;
    unsigned refreshes_ = 0;
    std::uint64_t changes_ = 0;
};

}  // namespace perfwrap
