// Memory whose resident size is known to the page.
#pragma once

#include <cstddef>
#include <cstdint>

namespace workloads {

inline constexpr std::size_t page_bytes = 4096;
inline constexpr std::size_t mib = 1024 * 1024;

enum class Pages { small, huge };

// A private anonymous mapping, unmapped at the end.
class Block {
public:
    // Nothing is resident yet.
    explicit Block(std::size_t bytes, Pages pages = Pages::small);
    ~Block();
    Block(const Block&) = delete;
    Block& operator=(const Block&) = delete;

    std::byte* data() const { return data_; }
    std::size_t size() const { return size_; }

    // Writes to every page of a part; by default to all pages.
    void touch(std::size_t offset, std::size_t bytes) const;
    void touch() const { touch(0, size_); }
    // madvise(MADV_DONTNEED): the pages of a part are gone, the addresses stay.
    void drop(std::size_t offset, std::size_t bytes) const;
    // mremap; pages within both sizes stay resident.
    void resize(std::size_t bytes);

private:
    std::byte* data_;
    std::size_t size_;
};

void touch_pages(std::byte* begin, std::size_t bytes);

}  // namespace workloads
