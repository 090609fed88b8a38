// Reads the kernel side's task iterator in portions of a fixed size, however many threads there are.
#pragma once

#include <bpf/bpf.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "probes/bpf/wire.h"
#include "probes/system/unique_fd.hpp"

namespace perfwrap {

// Calls visit(const wire_thread&) for each thread of the tree that is in no total yet. link: of the iterator program.
template <class Visit>
void for_each_live_thread(int link, Visit visit) {
    const UniqueFd iterator{bpf_iter_create(link)};
    if (!iterator) return;
    std::array<char, 128 * sizeof(wire_thread)> portion;
    std::size_t filled = 0;
    while (true) {
        const ssize_t got = ::read(iterator.get(), portion.data() + filled, portion.size() - filled);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) return;
        filled += static_cast<std::size_t>(got);
        std::size_t at = 0;
        for (; filled - at >= sizeof(wire_thread); at += sizeof(wire_thread)) {
            wire_thread thread;
            std::memcpy(&thread, portion.data() + at, sizeof(thread));
            visit(thread);
        }
        filled -= at;
        std::memmove(portion.data(), portion.data() + at, filled);
    }
}

}  // namespace perfwrap
