// churn SECONDS: allocates or frees a block of memory every millisecond for this time, and forks a child now and then.
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <thread>

#include "storm.hpp"

namespace {

constexpr std::size_t block_bytes = 512 * 1024;
constexpr int turns_per_child = 10;

void come_and_go() {
    void* const block = ::mmap(nullptr, block_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (block == MAP_FAILED) storm::fail("mmap");
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
    ::munmap(block, block_bytes);
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

void have_a_child() {
    const pid_t child = ::fork();
    if (child < 0) storm::fail("fork");
    if (child == 0) ::_exit(0);
    ::waitpid(child, nullptr, 0);
}

}  // namespace

int main(int argc, char** argv) {
    const std::chrono::seconds length{storm::count_argument(argc, argv)};
    storm::print_seconds([length] {
        const auto end = std::chrono::steady_clock::now() + length;
        for (int turn = 0; std::chrono::steady_clock::now() < end; ++turn) {
            come_and_go();
            if (turn % turns_per_child == 0) have_a_child();
        }
    });
}
