#include <fcntl.h>
#include <unistd.h>

#include "clocks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

int in_cgroup(const Arguments& arguments, Truth& truth) {
    const std::vector<std::string> command(arguments.words().begin() + 1, arguments.words().end());
    const std::string members = arguments.words().front() + "/cgroup.procs";
    const int file = ::open(members.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0 || ::write(file, "0", 1) != 1) fail(members.c_str());
    truth.add("cpu_seconds_at_most", seconds(process_cpu_ns()));
    truth.write();
    ::execvp(command.front().c_str(), pointers(command).data());
    fail(command.front().c_str());
}

}  // namespace workloads
