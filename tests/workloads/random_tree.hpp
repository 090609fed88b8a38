// How the workload random-tree talks to the processes of its tree. They keep these descriptors across fork and exec.
#pragma once

#include <sys/types.h>

#include <cstdint>

namespace workloads::tree {

inline constexpr int slots = 16;
inline constexpr int answers_reader = 90;
inline constexpr int answers_writer = 91;
constexpr int commands_reader(int slot) { return 100 + slot; }
constexpr int commands_writer(int slot) { return 200 + slot; }

enum class Action : std::uint8_t {
    allocate,        // private anonymous pages, touched
    share,           // shared anonymous pages, touched
    map_file,        // the program's own file, read
    release,         // munmap
    touch,           // again: after a fork this copies, after a drop it faults in
    drop,            // madvise(MADV_DONTNEED)
    resize,          // mremap
    thread,          // starts a thread that stays
    vfork_exit,      // a child that shares the memory and ends
    fork,            // the child takes new_slot, holding what its parent holds
    vfork_exec,      // the child takes new_slot, empty
    exec,            // drops everything
    exec_by_thread,  // the same from a thread that is not the leader
    exit,
};
inline constexpr int actions = static_cast<int>(Action::exit) + 1;

struct Command {
    Action action = Action::exit;
    int new_slot = -1;
    std::uint64_t random = 0;
};

// A process answers once it is ready: after its start (fork or exec) and after each command that it survives.
struct Answer {
    int slot = -1;
    pid_t pid = 0;
};

// Serves commands for `slot` until told to exit or until the workload is gone.
[[noreturn]] void serve(int slot);

}  // namespace workloads::tree
