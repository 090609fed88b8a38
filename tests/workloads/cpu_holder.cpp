#include <unistd.h>

#include "blocks.hpp"
#include "clocks.hpp"
#include "workload.hpp"

namespace workloads {

// The kernel spends a good part of the CPU time on freeing the memory, after the last instruction of the program.
int cpu_holder(const Arguments& arguments, Truth& truth) {
    const auto bytes = static_cast<std::size_t>(arguments.number(0, 1536)) * mib;
    const Block block(bytes);
    block.touch();
    truth.add("cpu_seconds_at_least", seconds(process_cpu_ns()));
    truth.add("largest_process_rss_at_least_bytes", bytes);
    truth.add("processes_started", 1);
    truth.write();
    ::_exit(0);
}

}  // namespace workloads
