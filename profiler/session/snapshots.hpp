// Hands the recording so far to its readers from time to time, on a separate thread, so that a slow disk or network delays
// neither signals nor samples.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "probes/recording/recording.hpp"

namespace perfwrap {

struct SnapshotReader {
    std::chrono::nanoseconds every{};
    std::function<void(const Recording& so_far)> read;  // called on the separate thread
};

class Snapshots {
public:
    explicit Snapshots(std::vector<SnapshotReader> readers);
    // Waits for a reader that is still at work.
    ~Snapshots();
    Snapshots(const Snapshots&) = delete;
    Snapshots& operator=(const Snapshots&) = delete;

    // Call it when a run begins. With the first run, the first snapshot is due after the shortest interval of the readers; later
    // runs go on from there, so that readers get their snapshots however short each run is.
    void begin_run(std::uint64_t now_ns);

    // When the next snapshot is due, in nanoseconds of CLOCK_MONOTONIC; never without a reader.
    std::uint64_t due_ns() const { return due_ns_; }

    // Whether the thread has read the last snapshot and has then paused long enough: taking snapshots and reading them may each
    // use 5 % of one core.
    bool ready(std::uint64_t now_ns);

    // Call it when a snapshot is due. Takes one for the readers whose turn it is; if the thread is not ready, they miss their
    // turn. The first snapshot starts the thread.
    void take(std::uint64_t now_ns, const std::function<Recording()>& so_far);

private:
    struct Turn {
        SnapshotReader reader;
        std::uint64_t due_ns = 0;
    };
    struct Snapshot {
        Recording so_far;
        std::vector<std::size_t> readers;
    };

    void hand_over(Snapshot snapshot);
    void start();
    void work();

    std::vector<Turn> turns_;
    bool begun_ = false;
    std::uint64_t due_ns_ = never;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::optional<Snapshot> waiting_;
    bool busy_ = false;
    bool over_ = false;
    std::uint64_t rests_until_ns_ = 0;
    std::thread thread_;

    static constexpr std::uint64_t never = ~std::uint64_t{0};
};

}  // namespace perfwrap
