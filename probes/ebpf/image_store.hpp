// The command lines of recent execs, by the numbers that the kernel side gave them. Bounded: the least recently used are dropped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace perfwrap {

using Argv = std::vector<std::string>;

// NUL-separated bytes as the kernel keeps them. If the last argument was cut off, "..." is appended to the rest of it.
Argv split_argv(std::string_view bytes, bool cut);

class ImageStore {
public:
    explicit ImageStore(std::size_t byte_limit = 2 * 1024 * 1024) : byte_limit_(byte_limit) {}

    void add(std::uint64_t image, Argv argv);

    // Null if it was never seen or has been dropped.
    std::shared_ptr<const Argv> find(std::uint64_t image);

private:
    struct Entry {
        std::shared_ptr<const Argv> argv;
        std::size_t bytes;
        std::list<std::uint64_t>::iterator use;
    };

    std::size_t byte_limit_;
    std::size_t bytes_ = 0;
    std::list<std::uint64_t> uses_;  // most recent first
    std::unordered_map<std::uint64_t, Entry> entries_;
};

}  // namespace perfwrap
