// What a perfwrap that is no more could have left behind.
#pragma once

#include <sys/types.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

namespace perfwrap::test {

// The ids of the BPF programs that a process holds by a descriptor, its own or that of a link.
std::set<unsigned> bpf_programs_of(pid_t pid);
bool is_loaded(unsigned program);

// The folders of control groups that a process holds open.
std::set<std::string> cgroups_held_by(pid_t pid);

std::vector<pid_t> children_of(pid_t pid);

// 'T' for stopped, as /proc/PID/stat has it; 0 for none.
char state_of(pid_t pid);
// Neither gone nor a zombie.
bool is_running(pid_t pid);

// Asks again for two minutes.
bool becomes_true(const std::function<bool()>& condition);

// The same. Throws if it does not come true, and says what was awaited.
void await(const std::string& what, const std::function<bool()>& condition);

}  // namespace perfwrap::test
