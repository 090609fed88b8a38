// What a perfwrap that has ended could have left behind.
#pragma once

#include <sys/types.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace perfwrap::test {

// The ids of the BPF programs of which a process holds a descriptor, of the program or of a link.
std::set<unsigned> bpf_programs_of(pid_t pid);
bool is_loaded(unsigned program);

// The directories of control groups that a process holds open.
std::set<std::string> cgroups_held_by(pid_t pid);

std::vector<pid_t> children_of(pid_t pid);

// The state in /proc/PID/stat, such as 'T' for stopped; 0 if there is no such process.
char state_of(pid_t pid);
// Whether it is neither gone nor a zombie.
bool is_running(pid_t pid);

// Repeats the check for up to two minutes.
bool becomes_true(const std::function<bool()>& condition);

// The same, but throws if it does not become true, with what was awaited in the message.
void await(const std::string& what, const std::function<bool()>& condition);

}  // namespace perfwrap::test
