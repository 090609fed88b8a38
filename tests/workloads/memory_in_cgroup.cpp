#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "blocks.hpp"
#include "looks.hpp"
#include "processes.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {
namespace {

// The file of the cgroup that perfwrap made; in version 2 the command is in a cgroup inside of that.
std::string memory_stat_of_own_cgroup() {
    std::ifstream lines("/proc/self/cgroup");
    std::string version_2;
    for (std::string line; std::getline(lines, line);) {
        const auto path = line.substr(line.find('/'));
        if (line.find(":memory:") != std::string::npos) return "/sys/fs/cgroup/memory" + path + "/memory.stat";
        if (line.starts_with("0::")) version_2 = "/sys/fs/cgroup" + path.substr(0, path.rfind('/')) + "/memory.stat";
    }
    return version_2;
}

void move_to(const std::string& cgroup) {
    const std::string members = cgroup + "/cgroup.procs";
    const int file = ::open(members.c_str(), O_WRONLY | O_CLOEXEC);
    if (file < 0 || ::write(file, "0", 1) != 1) fail(members.c_str());
    ::close(file);
}

}  // namespace

// Holds memory until its cgroup has been looked at often enough, having moved to another one before if one is named.
int memory_in_cgroup(const Arguments& arguments, Truth& truth) {
    const auto memory_stat = memory_stat_of_own_cgroup();
    if (arguments.words().size() > 1) move_to(arguments.words()[1]);
    const Block block(static_cast<std::size_t>(arguments.number(0, 32)) * mib);
    block.touch();
    Looks(memory_stat.c_str()).wait_for(looks_that_see);
    truth.add("anon_peak_bytes", resident(::getpid()).pss_anon_bytes);
    truth.write();
    return 0;
}

}  // namespace workloads
