// Memory that a process of a random tree holds: mappings that come, change and go, each change drawn by a random number.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace workloads::tree {

struct Mapping {
    std::byte* data;
    std::size_t size;
    bool writable;

    void touch() const;
};

// A process that is forked holds what its parent holds. Nothing is unmapped at the end.
class RandomMappings {
public:
    // Private anonymous pages, touched.
    void allocate(std::uint64_t random);
    // Shared anonymous pages, touched.
    void share(std::uint64_t random);
    // The program's own file, read.
    void map_program(std::uint64_t random);
    // munmap
    void release(std::uint64_t random);
    // Again: after a fork this copies, after a drop it faults in.
    void touch(std::uint64_t random);
    // madvise(MADV_DONTNEED)
    void drop(std::uint64_t random);
    // mremap
    void resize(std::uint64_t random);

private:
    void map(std::uint64_t random, int flags, int file);

    std::vector<Mapping> mappings_;
};

}  // namespace workloads::tree
