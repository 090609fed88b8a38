// Keeps the result so far, from time to time, on a thread of its own: a slow disk holds up neither signals nor samples.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "probes/recording/recording.hpp"

namespace perfwrap {

class Checkpoints {
public:
    using Keep = std::function<void(Recording)>;

    // keep is called from the other thread.
    Checkpoints(std::chrono::nanoseconds every, Keep keep)
        : every_ns_(static_cast<std::uint64_t>(every.count())), keep_(std::move(keep)) {}
    // Waits for the one that is being kept.
    ~Checkpoints();
    Checkpoints(const Checkpoints&) = delete;
    Checkpoints& operator=(const Checkpoints&) = delete;

    // When the next one is due after one at now_ns that took the caller cost_ns: checkpoints take at most 5 % of one core.
    std::uint64_t next_ns(std::uint64_t now_ns, std::uint64_t cost_ns) const;

    // Whether the thread has done its work, and rested from it.
    bool ready(std::uint64_t now_ns);

    // The first one starts the thread. Only when ready.
    void keep(Recording so_far);

private:
    void start();
    void work();

    std::uint64_t every_ns_;
    Keep keep_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Recording> waiting_;
    bool busy_ = false;
    bool over_ = false;
    std::uint64_t rests_until_ns_ = 0;
    std::thread thread_;
};

}  // namespace perfwrap
