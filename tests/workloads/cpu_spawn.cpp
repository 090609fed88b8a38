#include <spawn.h>
#include <unistd.h>

#include "clocks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

int cpu_spawn(const Arguments& arguments, Truth& truth) {
    const long count = arguments.number(0, 50);
    const long each_ms = arguments.number(1, 5);
    const std::vector<std::string> words{"workload", "burn", std::to_string(each_ms)};
    const auto argv = pointers(words);
    for (long i = 0; i < count; ++i) wait_for(vfork_exec_self(words));
    for (long i = 0; i < count; ++i) {
        pid_t child = 0;
        if (::posix_spawn(&child, "/proc/self/exe", nullptr, nullptr, argv.data(), environ) != 0) fail("posix_spawn");
        wait_for(child);
    }
    truth.add("cpu_seconds_at_least", seconds(static_cast<std::uint64_t>(2 * count) * milliseconds(each_ms) + process_cpu_ns()));
    truth.add("cpu_seconds_rusage", rusage_cpu_seconds());
    truth.add("processes_started", 2 * count + 1);
    truth.write();
    return 0;
}

}  // namespace workloads
