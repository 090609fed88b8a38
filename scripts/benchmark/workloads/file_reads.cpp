// file_reads COUNT: COUNT reads of 4 KiB from a file of 16 MiB that is in the page cache.
#include <unistd.h>

#include <array>
#include <memory>

#include "storm.hpp"

namespace {

constexpr long block_bytes = 4096;
constexpr long blocks = 16 * 1024 * 1024 / block_bytes;
using Block = std::array<char, block_bytes>;

struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

int main(int argc, char** argv) {
    const long count = storm::count_argument(argc, argv);
    const std::unique_ptr<std::FILE, Close> file(std::tmpfile());
    if (!file) storm::fail("tmpfile");
    const int fd = ::fileno(file.get());
    Block block{};
    for (long i = 0; i < blocks; ++i)
        if (::pwrite(fd, block.data(), block.size(), i * block_bytes) != block_bytes) storm::fail("pwrite");
    storm::print_seconds([&] {
        for (long i = 0; i < count; ++i)
            if (::pread(fd, block.data(), block.size(), i % blocks * block_bytes) != block_bytes) storm::fail("pread");
    });
}
