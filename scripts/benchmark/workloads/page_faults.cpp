// page_faults COUNT: maps, touches and unmaps blocks of 64 MiB until COUNT small pages have been faulted in.
#include <sys/mman.h>

#include <algorithm>
#include <cstddef>

#include "storm.hpp"

namespace {

constexpr long page_bytes = 4096;
constexpr long block_pages = 64 * 1024 * 1024 / page_bytes;

void touch_block(long pages) {
    const auto bytes = static_cast<std::size_t>(pages * page_bytes);
    void* const block = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (block == MAP_FAILED) storm::fail("mmap");
    ::madvise(block, bytes, MADV_NOHUGEPAGE);
    for (std::size_t at = 0; at < bytes; at += page_bytes) *(static_cast<volatile char*>(block) + at) = 1;
    ::munmap(block, bytes);
}

}  // namespace

int main(int argc, char** argv) {
    const long count = storm::count_argument(argc, argv);
    storm::print_seconds([count] {
        for (long left = count; left > 0; left -= block_pages) touch_block(std::min(left, block_pages));
    });
}
