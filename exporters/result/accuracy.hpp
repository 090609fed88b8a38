// How exact a value is, as data. Whoever prints it makes words of it: exporters/text/accuracy_text.hpp.
#pragma once

#include <cstdint>
#include <optional>

namespace perfwrap {

enum class AccuracyKind : std::uint8_t { exact, bounded, sampled };

enum class BoundUnit : std::uint8_t { bytes, page_faults };

enum class BoundScope : std::uint8_t { tree, process, thread };

// The most that a value can be off: once for the whole tree, or so much for each of its processes or threads.
struct Bound {
    std::uint64_t amount = 0;
    BoundUnit unit = BoundUnit::bytes;
    BoundScope per = BoundScope::tree;

    bool operator==(const Bound&) const = default;
};

// What a value misses where no figure bounds it.
enum class BoundCause : std::uint8_t {
    clock_ticks,         // the kernel attributes time by what its ticks saw
    unwaited_processes,  // what a process used that nobody waits for
};

struct Accuracy {
    AccuracyKind kind = AccuracyKind::exact;
    std::optional<Bound> bound;              // of what is bounded by a figure
    std::optional<BoundCause> cause;         // of what is bounded without one
    std::optional<double> interval_seconds;  // of what is sampled: the mean time between two samples
    std::optional<std::uint64_t> samples;    // of what is sampled: how many over all runs, where they are counted

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
