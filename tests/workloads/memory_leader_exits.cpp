#include <pthread.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "blocks.hpp"
#include "looks.hpp"
#include "processes.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {

// The main thread ends; another one holds the memory, until it has been looked at often enough.
int memory_leader_exits(const Arguments& arguments, Truth& truth) {
    const auto bytes = static_cast<std::size_t>(arguments.number(0, 32)) * mib;
    const long looks = arguments.number(1, 0);
    std::thread([bytes, looks, leader = ::pthread_self(), truth]() mutable {
        ::pthread_join(leader, nullptr);
        const Block block(bytes);
        block.touch();
        const std::array self{::gettid()};
        hold_for_looks(self, looks);
        truth.add("pss_peak_bytes", resident(::gettid()).pss_bytes);
        truth.write();
        ::_exit(0);
    }).detach();
    ::pthread_exit(nullptr);
}

}  // namespace workloads
