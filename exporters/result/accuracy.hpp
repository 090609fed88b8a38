// How exact a value is, as data. exporters/text/accuracy_text.hpp puts it into words.
#pragma once

#include <cstdint>
#include <optional>

namespace perfwrap {

enum class AccuracyKind : std::uint8_t { exact, bounded, sampled };

enum class BoundUnit : std::uint8_t { bytes, page_faults };

enum class BoundScope : std::uint8_t { tree, process, thread };

// The most that a value can be off, for the whole tree or for each of its processes or threads.
struct Bound {
    std::uint64_t amount = 0;
    BoundUnit unit = BoundUnit::bytes;
    BoundScope per = BoundScope::tree;

    bool operator==(const Bound&) const = default;
};

// What limits the accuracy where there is no numeric bound.
enum class BoundCause : std::uint8_t {
    clock_ticks,          // the kernel divides CPU time by what its clock ticks saw
    unwaited_processes,   // what a process used that is never waited for
    lost_events,          // the true value is at least this much
    inconsistent_events,  // the true value may be lower or higher
};

struct Accuracy {
    AccuracyKind kind = AccuracyKind::exact;
    std::optional<Bound> bound;              // bounded, with a number
    std::optional<BoundCause> cause;         // bounded, without a number
    std::optional<double> interval_seconds;  // sampled: mean time between two samples
    std::optional<std::uint64_t> samples;    // sampled: how many samples over all runs, where they are counted

    bool operator==(const Accuracy&) const = default;
};

constexpr Accuracy bounded_to(std::uint64_t amount, BoundUnit unit, BoundScope per) {
    return {AccuracyKind::bounded, Bound{amount, unit, per}, std::nullopt, std::nullopt, std::nullopt};
}

constexpr Accuracy bounded_by(BoundCause cause) {
    return {AccuracyKind::bounded, std::nullopt, cause, std::nullopt, std::nullopt};
}

constexpr Accuracy sampled_every(double interval_seconds) {
    return {AccuracyKind::sampled, std::nullopt, std::nullopt, interval_seconds, std::nullopt};
}

}  // namespace perfwrap
