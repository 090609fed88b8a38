// cpu_bound COUNT: COUNT million steps of arithmetic on each CPU.
#include <cstdint>
#include <thread>
#include <vector>

#include "storm.hpp"

namespace {

void compute(long steps) {
    std::uint64_t state = 1;
    for (long i = 0; i < steps; ++i) state = state * 6364136223846793005U + 1442695040888963407U;
    asm volatile("" : : "r"(state));  // keeps the compiler from removing the loop
}

}  // namespace

int main(int argc, char** argv) {
    const long steps = storm::count_argument(argc, argv) * 1'000'000;
    storm::print_seconds([steps] {
        std::vector<std::jthread> threads;
        for (unsigned i = 0; i < std::thread::hardware_concurrency(); ++i) threads.emplace_back(compute, steps);
    });
}
