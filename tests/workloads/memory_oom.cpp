#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>

#include "blocks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

// Meant for a memory cgroup with a lower limit: the child volunteers for the out-of-memory killer.
int memory_oom(const Arguments& arguments, Truth& truth) {
    const auto bytes = static_cast<std::size_t>(arguments.number(0, 512)) * mib;
    const int status = wait_for(fork_child([&] {
        const int score = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
        if (score < 0 || ::write(score, "1000", 4) != 4) fail("/proc/self/oom_score_adj");
        const Block block(bytes);
        block.touch();
    }));
    const bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    truth.add("oom_kills", killed ? 1 : 0);
    truth.add("processes_started", 2);
    truth.write();
    return killed ? 0 : 1;
}

}  // namespace workloads
