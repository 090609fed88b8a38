#include "profiler/session/snapshots.hpp"

#include <algorithm>
#include <exception>
#include <system_error>
#include <utility>

#include "probes/system/clock.hpp"

namespace perfwrap {
namespace {

constexpr std::uint64_t rest_per_work = 20;

std::uint64_t ns(std::chrono::nanoseconds duration) { return static_cast<std::uint64_t>(duration.count()); }

}  // namespace

Snapshots::Snapshots(std::vector<SnapshotReader> readers) {
    for (auto& reader : readers) turns_.push_back({.reader = std::move(reader), .due_ns = 0});
}

Snapshots::~Snapshots() {
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    changed_.notify_one();
    if (thread_.joinable()) thread_.join();
}

void Snapshots::begin_run(std::uint64_t now_ns) {
    if (std::exchange(begun_, true)) return;
    for (auto& turn : turns_) {
        turn.due_ns = now_ns + ns(turn.reader.every);
        due_ns_ = std::min(due_ns_, turn.due_ns);
    }
}

void Snapshots::take(std::uint64_t now_ns, const std::function<Recording()>& so_far) {
    const bool taken = ready(now_ns);
    Snapshot snapshot;
    due_ns_ = never;
    for (std::size_t i = 0; i < turns_.size(); ++i) {
        auto& turn = turns_[i];
        if (now_ns >= turn.due_ns) {
            if (taken) snapshot.readers.push_back(i);
            turn.due_ns = now_ns + ns(turn.reader.every);
        }
        due_ns_ = std::min(due_ns_, turn.due_ns);
    }
    if (!taken || snapshot.readers.empty()) return;
    const auto began_ns = monotonic_ns();
    snapshot.so_far = so_far();
    due_ns_ = std::max(due_ns_, now_ns + (monotonic_ns() - began_ns) * rest_per_work);
    hand_over(std::move(snapshot));
}

bool Snapshots::ready(std::uint64_t now_ns) {
    const std::lock_guard lock(mutex_);
    return !busy_ && now_ns >= rests_until_ns_;
}

void Snapshots::hand_over(Snapshot snapshot) {
    {
        const std::lock_guard lock(mutex_);
        waiting_ = std::move(snapshot);
        busy_ = true;
    }
    if (!thread_.joinable()) start();
    changed_.notify_one();
}

// Where the number of threads is limited it may fail to start; the next snapshot tries again.
void Snapshots::start() {
    try {
        thread_ = std::thread([this] { work(); });
    } catch (const std::system_error&) {
        const std::lock_guard lock(mutex_);
        waiting_.reset();
        busy_ = false;
    }
}

void Snapshots::work() {
    std::unique_lock lock(mutex_);
    while (true) {
        changed_.wait(lock, [this] { return waiting_ || over_; });
        if (over_) return;
        const Snapshot snapshot = std::move(*waiting_);
        waiting_.reset();
        lock.unlock();
        const auto cpu_before_ns = thread_cpu_ns();
        for (const auto reader : snapshot.readers) {
            try {
                turns_[reader].reader.read(snapshot.so_far);
            } catch (const std::exception&) {  // out of memory: the run goes on, and the next snapshot tries again
            }
        }
        const auto cost_ns = thread_cpu_ns() - cpu_before_ns;
        lock.lock();
        rests_until_ns_ = monotonic_ns() + cost_ns * rest_per_work;
        busy_ = false;
    }
}

}  // namespace perfwrap
