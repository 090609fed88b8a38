#include "smaps.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "processes.hpp"

namespace workloads {
namespace {

std::uint64_t kib_line(const char* text, const char* label) {
    const char* const line = std::strstr(text, label);
    return line ? std::strtoull(line + std::strlen(label), nullptr, 10) * 1024 : 0;
}

}  // namespace

Resident& Resident::operator+=(const Resident& other) {
    rss_bytes += other.rss_bytes;
    pss_bytes += other.pss_bytes;
    pss_anon_bytes += other.pss_anon_bytes;
    anon_huge_bytes += other.anon_huge_bytes;
    return *this;
}

// No allocation: reading must not change what is read.
Resident resident(pid_t pid) {
    std::array<char, 64> path{};
    std::snprintf(path.data(), path.size(), "/proc/%d/smaps_rollup", pid);
    const int file = ::open(path.data(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return {};
    std::array<char, 4096> text{};
    const ssize_t length = ::read(file, text.data(), text.size() - 1);
    ::close(file);
    if (length <= 0) return {};
    return {.rss_bytes = kib_line(text.data(), "\nRss:"),
            .pss_bytes = kib_line(text.data(), "\nPss:"),
            .pss_anon_bytes = kib_line(text.data(), "\nPss_Anon:"),
            .anon_huge_bytes = kib_line(text.data(), "\nAnonHugePages:")};
}

Resident resident_sum(std::span<const pid_t> pids) {
    Resident sum;
    for (const pid_t pid : pids) sum += resident(pid);
    return sum;
}

}  // namespace workloads
