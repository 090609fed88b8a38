#include "random_mappings.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>

#include "blocks.hpp"
#include "processes.hpp"

namespace workloads::tree {
namespace {

constexpr std::size_t most_mappings = 24;
constexpr std::size_t most_mapping_bytes = mib;

std::size_t some_pages(std::uint64_t random) { return (1 + random % (most_mapping_bytes / page_bytes)) * page_bytes; }

}  // namespace

void Mapping::touch() const {
    if (writable) return touch_pages(data, size);
    for (std::size_t at = 0; at < size; at += page_bytes) {
        const volatile std::byte* const page = data + at;
        static_cast<void>(*page);
    }
}

void RandomMappings::allocate(std::uint64_t random) { map(random, MAP_PRIVATE | MAP_ANONYMOUS, -1); }

void RandomMappings::share(std::uint64_t random) { map(random, MAP_SHARED | MAP_ANONYMOUS, -1); }

void RandomMappings::map_program(std::uint64_t random) {
    const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    if (file < 0) fail("/proc/self/exe");
    map(random, MAP_PRIVATE, file);
    ::close(file);
}

void RandomMappings::release(std::uint64_t random) {
    if (mappings_.empty()) return;
    auto& mapping = mappings_[random % mappings_.size()];
    ::munmap(mapping.data, mapping.size);
    mapping = mappings_.back();
    mappings_.pop_back();
}

void RandomMappings::touch(std::uint64_t random) {
    if (!mappings_.empty()) mappings_[random % mappings_.size()].touch();
}

void RandomMappings::drop(std::uint64_t random) {
    if (mappings_.empty()) return;
    const auto& mapping = mappings_[random % mappings_.size()];
    ::madvise(mapping.data, mapping.size / 2 + page_bytes, MADV_DONTNEED);
}

void RandomMappings::resize(std::uint64_t random) {
    if (mappings_.empty()) return;
    auto& mapping = mappings_[random % mappings_.size()];
    if (!mapping.writable) return;
    // A shared anonymous object does not grow with its mapping.
    const auto size = std::min(mapping.size, some_pages(random));
    void* const begin = ::mremap(mapping.data, mapping.size, size, MREMAP_MAYMOVE);
    if (begin == MAP_FAILED) fail("mremap");
    mapping = {static_cast<std::byte*>(begin), size, true};
}

void RandomMappings::map(std::uint64_t random, int flags, int file) {
    if (mappings_.size() >= most_mappings) return;
    const bool writable = file < 0;
    const auto size = writable ? some_pages(random) : std::min<std::size_t>(some_pages(random), 256 * 1024);
    void* const begin = ::mmap(nullptr, size, writable ? PROT_READ | PROT_WRITE : PROT_READ, flags, file, 0);
    if (begin == MAP_FAILED) fail("mmap");
    mappings_.push_back({static_cast<std::byte*>(begin), size, writable});
    mappings_.back().touch();
}

}  // namespace workloads::tree
