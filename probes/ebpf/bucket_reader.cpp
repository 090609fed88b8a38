#include "probes/ebpf/bucket_reader.hpp"

#include <algorithm>
#include <atomic>
#include <span>

namespace perfwrap {
namespace {

template <typename Value>
Value now(const Value& shared) {
    return __atomic_load_n(&shared, __ATOMIC_SEQ_CST);
}

// The time integral of the sum until then in page nanoseconds, from the kernel side's own account.
double integral(const wire_series& series, std::uint64_t until_ns) {
    // The two are written one after the other: they belong together once they stay the same.
    constexpr int same_readings = 8;
    std::int64_t pages = 0;
    std::int64_t area = 0;
    for (int same = 0; same < same_readings; ++same) {
        if (pages == now(series.now) && area == now(series.area)) continue;
        pages = now(series.now);
        area = now(series.area);
        same = 0;
    }
    constexpr double unit = 1ULL << WIRE_TIME_SHIFT;
    return static_cast<double>(pages) * static_cast<double>(until_ns) - static_cast<double>(area) * unit;
}

}  // namespace

BucketReader::Part BucketReader::collect(wire_bucket& bucket) {
    return {std::atomic_ref(bucket.change).exchange(0), std::atomic_ref(bucket.area).exchange(0),
            std::atomic_ref(bucket.maximum).exchange(0)};
}

BucketReader::Part BucketReader::collect(std::uint64_t number) {
    return now(at(number).lap) == number + 1 ? collect(at(number)) : Part{};
}

bool BucketReader::is_overwritten(const wire_memory& memory) const { return now(memory.lost_buckets) != overwritten_; }

// Normally the next boundary. If the reader is late by the whole ring, the next bucket in which something changed: otherwise a
// program that slept for a day would yield millions of them.
std::uint64_t BucketReader::end_of_next(std::uint64_t current) const {
    const std::uint64_t number = covered_ns_ / interval_ns_;
    std::uint64_t until = number + 1;
    if (current - number >= WIRE_BUCKETS) {
        std::uint64_t first = current;
        for (const auto& bucket : std::span(ring_, WIRE_BUCKETS))
            if (const std::uint64_t lap = now(bucket.lap); lap > number) first = std::min(first, lap - 1);
        until = std::max(until, first);
    }
    return until * interval_ns_;
}

// What was added to earlier buckets than the present one and the one before it, too late to be taken with them.
bool BucketReader::has_strays(std::uint64_t current) const {
    return std::ranges::any_of(std::span(ring_, WIRE_BUCKETS), [&](const wire_bucket& bucket) {
        return now(bucket.lap) < current && (now(bucket.change) != 0 || now(bucket.area) != 0);
    });
}

TimelineBucket BucketReader::next(const wire_memory& memory, std::uint64_t current, std::uint64_t now_ns) {
    std::int64_t maximum = 0;
    if (!is_overwritten(memory)) {
        const std::uint64_t end_ns = end_of_next(current);
        maximum = take(covered_ns_ / interval_ns_, end_ns);
        if (!is_overwritten(memory)) return bucket_until(end_ns, maximum);
    }
    return take_gap(memory, now_ns, maximum);
}

TimelineBucket BucketReader::last(const wire_memory& memory, std::uint64_t end_ns) {
    const std::uint64_t number = end_ns / interval_ns_;
    if (is_overwritten(memory) || has_strays(number)) return take_gap(memory, end_ns, 0);
    return bucket_until(end_ns, take(number, end_ns));
}

// Adds the bucket and returns its maximum. Each change counts from its moment to end_ns. A program that was adding to the bucket
// before this one may have finished after that one was taken: what its change would have added to it is made up for here.
std::int64_t BucketReader::take(std::uint64_t number, std::uint64_t end_ns) {
    owed_ += static_cast<double>(sum_pages_) * static_cast<double>(end_ns - covered_ns_);
    const auto add = [&](std::uint64_t which) {
        const Part part = collect(which);
        owed_ += static_cast<double>(part.change) * static_cast<double>(end_ns - which * interval_ns_);
        owed_ -= static_cast<double>(part.area);
        sum_pages_ += part.change;
        return part.maximum;
    };
    std::int64_t maximum = number > 0 ? add(number - 1) : 0;
    maximum = std::max(maximum, sum_pages_);
    return std::max({maximum, add(number), sum_pages_});
}

// The ring was overwritten: its changes and maxima are still complete, but no longer when they were. The kernel side's own
// account shows the mean of the time that was missed.
TimelineBucket BucketReader::take_gap(const wire_memory& memory, std::uint64_t now_ns, std::int64_t maximum) {
    overwritten_ = now(memory.lost_buckets);
    ++gaps_;
    maximum = std::max(maximum, sum_pages_);
    for (auto& bucket : std::span(ring_, WIRE_BUCKETS)) {
        const Part part = collect(bucket);
        sum_pages_ += part.change;
        maximum = std::max(maximum, part.maximum);
    }
    owed_ = integral(memory.series[WIRE_RSS], now_ns) - returned_;
    return bucket_until(now_ns, std::max(maximum, sum_pages_));
}

// No bucket holds more than its maximum or less than nothing: what rounding leaves over belongs to the next one.
TimelineBucket BucketReader::bucket_until(std::uint64_t end_ns, std::int64_t maximum) {
    const std::uint64_t length_ns = end_ns - covered_ns_;
    const auto length = static_cast<double>(length_ns);
    const double pages = static_cast<double>(std::max(maximum, std::int64_t{0}));
    const double mean = std::clamp(owed_ / length, 0.0, pages);
    owed_ -= mean * length;
    returned_ += mean * length;
    const TimelineBucket bucket{
        .start_ns = exec_ns_ + covered_ns_,
        .length_ns = length_ns,
        .rss_max_bytes = static_cast<std::uint64_t>(pages) * page_bytes_,
        .rss_mean_bytes = mean * static_cast<double>(page_bytes_),
        .cpu_ns = 0,
        .processes_max = 0,
    };
    covered_ns_ = end_ns;
    return bucket;
}

}  // namespace perfwrap
