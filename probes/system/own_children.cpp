#include "probes/system/own_children.hpp"

#include <unistd.h>

#include "probes/system/proc_files.hpp"

namespace perfwrap {

std::vector<pid_t> own_children() {
    auto proc = ProcFs::open("/proc");
    if (!proc || !proc->of_own_pid_namespace()) return {};
    const pid_t self = ::getpid();
    std::vector<pid_t> children;
    if (proc->has_children_files(self)) {
        for (const int tid : std::vector(proc->threads(self))) {
            const auto& of_thread = proc->children(self, tid);
            children.insert(children.end(), of_thread.begin(), of_thread.end());
        }
        return children;
    }
    for (const int pid : std::vector(proc->pids()))
        if (const auto stat = proc->stat(pid); stat && stat->parent_pid == self) children.push_back(pid);
    return children;
}

}  // namespace perfwrap
