// The recording so far, from time to time, for whoever wants to know it before the end: on a thread of its own, so that a slow
// disk or network holds up neither signals nor samples.
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
    std::function<void(const Recording& so_far)> read;  // called from the other thread
};

class Snapshots {
public:
    explicit Snapshots(std::vector<SnapshotReader> readers);
    // Waits for what is being read.
    ~Snapshots();
    Snapshots(const Snapshots&) = delete;
    Snapshots& operator=(const Snapshots&) = delete;

    // A run begins: the first snapshot is due when the most frequent reader has waited once.
    void begin_run(std::uint64_t now_ns);

    // When the next one is due, in nanoseconds of CLOCK_MONOTONIC; never without a reader.
    std::uint64_t due_ns() const { return due_ns_; }

    // Whether the thread has read the last one, and has rested from it: taking and reading are each kept to 5 % of one core.
    bool ready(std::uint64_t now_ns);

    // Call when it is due. Takes a snapshot for the readers whose turn it is; they miss their turn where the thread is not ready.
    // The first one starts the thread.
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
