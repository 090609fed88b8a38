#include "looks.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>

#include "clocks.hpp"
#include "processes.hpp"

namespace workloads {
namespace {

constexpr std::uint64_t patience_ns = milliseconds(100'000);

}  // namespace

Looks::Looks(std::span<const pid_t> pids) : events_(::inotify_init1(IN_CLOEXEC)), processes_(pids.size()) {
    if (events_ < 0 || processes_ > most) fail("inotify");
    for (std::size_t i = 0; i < processes_; ++i) {
        std::array<char, 64> path{};
        std::snprintf(path.data(), path.size(), "/proc/%d/smaps_rollup", pids[i]);
        watch(i, path.data());
    }
}

Looks::Looks(const char* path) : events_(::inotify_init1(IN_CLOEXEC)), processes_(1) {
    if (events_ < 0) fail("inotify");
    watch(0, path);
}

void Looks::watch(std::size_t number, const char* path) {
    watches_[number] = ::inotify_add_watch(events_, path, IN_OPEN);
    if (watches_[number] < 0) fail(path);
}

Looks::~Looks() { ::close(events_); }

void Looks::wait_for(long times) {
    const auto enough = [&] { return std::all_of(times_, times_ + processes_, [&](long count) { return count >= times; }); };
    const auto give_up_ns = now_ns(CLOCK_MONOTONIC) + patience_ns;
    while (!enough()) {
        pollfd readable{events_, POLLIN, 0};
        const int ready = ::poll(&readable, 1, 1000);
        if (now_ns(CLOCK_MONOTONIC) > give_up_ns) {
            errno = ETIMEDOUT;
            fail("no process has looked");
        }
        if (ready <= 0) continue;
        alignas(inotify_event) std::array<char, 4096> buffer;
        const auto length = ::read(events_, buffer.data(), buffer.size());
        inotify_event event{};
        for (ssize_t at = 0; at < length; at += static_cast<ssize_t>(sizeof event + event.len)) {
            std::memcpy(&event, buffer.data() + at, sizeof event);
            for (std::size_t i = 0; i < processes_; ++i)
                if (watches_[i] == event.wd && (event.mask & IN_OPEN) != 0) ++times_[i];
        }
    }
}

void hold_for_looks(std::span<const pid_t> pids, long times) {
    if (times > 0) Looks(pids).wait_for(times);
}

void hold_for_looks(long times) {
    const std::array self{::getpid()};
    hold_for_looks(self, times);
}

}  // namespace workloads
