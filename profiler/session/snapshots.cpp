#include "profiler/session/checkpoints.hpp"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "probes/system/clock.hpp"

namespace perfwrap {
namespace {

constexpr std::uint64_t rest_per_work = 20;

}  // namespace

Checkpoints::~Checkpoints() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

std::uint64_t Checkpoints::next_ns(std::uint64_t now_ns, std::uint64_t cost_ns) const {
    return now_ns + std::max(every_ns_, cost_ns * rest_per_work);
}

bool Checkpoints::ready(std::uint64_t now_ns) {
    const std::lock_guard lock(mutex_);
    return !busy_ && now_ns >= rests_until_ns_;
}

void Checkpoints::keep(Recording so_far) {
    {
        const std::lock_guard lock(mutex_);
        waiting_ = std::move(so_far);
        busy_ = true;
    }
    if (!thread_.joinable()) start();
    changed_.notify_one();
}

// Where processes and threads are bounded there may be no room for one more: the next checkpoint tries again.
void Checkpoints::start() {
    try {
        thread_ = std::thread([this] { work(); });
    } catch (const std::system_error&) {
        const std::lock_guard lock(mutex_);
        waiting_.reset();
        busy_ = false;
    }
}

void Checkpoints::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return waiting_ || over_; });
        if (over_) return;
        Recording so_far = std::move(*waiting_);
        waiting_.reset();
        lock.unlock();
        const auto cpu_before_ns = thread_cpu_ns();
        try {
            keep_(std::move(so_far));
        } catch (const std::exception&) {  // no memory: the run goes on, and the next checkpoint tries again
        }
        const auto cost_ns = thread_cpu_ns() - cpu_before_ns;
        lock.lock();
        rests_until_ns_ = monotonic_ns() + cost_ns * rest_per_work;
        busy_ = false;
    }
}

}  // namespace perfwrap
