#include "blocks.hpp"

#include <sys/mman.h>

#include "processes.hpp"

namespace workloads {

void touch_pages(std::byte* begin, std::size_t bytes) {
    for (std::size_t at = 0; at < bytes; at += page_bytes) {
        volatile std::byte* const page = begin + at;
        *page = std::byte{1};
    }
}

Block::Block(std::size_t bytes, Pages pages) : size_(bytes) {
    void* const begin = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (begin == MAP_FAILED) fail("mmap");
    data_ = static_cast<std::byte*>(begin);
    // A kernel without transparent huge pages returns EINVAL: then all pages are small anyway.
    ::madvise(begin, bytes, pages == Pages::huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
}

Block::~Block() { ::munmap(data_, size_); }

void Block::touch(std::size_t offset, std::size_t bytes) const { touch_pages(data_ + offset, bytes); }

void Block::drop(std::size_t offset, std::size_t bytes) const {
    if (::madvise(data_ + offset, bytes, MADV_DONTNEED) != 0) fail("madvise(MADV_DONTNEED)");
}

void Block::resize(std::size_t bytes) {
    void* const begin = ::mremap(data_, size_, bytes, MREMAP_MAYMOVE);
    if (begin == MAP_FAILED) fail("mremap");
    data_ = static_cast<std::byte*>(begin);
    size_ = bytes;
}

}  // namespace workloads
