#include "probes/ebpf/ebpf_memory.hpp"

#include <algorithm>
#include <atomic>

namespace perfwrap {

// Merges all buckets before that one, so that a program that was stopped for a day does not yield millions of them.
TimelineBucket BucketReader::take_long(std::uint64_t until, std::uint64_t exec_ns) {
    const std::uint64_t first = next_;
    TimelineBucket all = take(next_++, exec_ns, interval_ns_);
    for (std::uint64_t slot = 0; slot < WIRE_BUCKETS; ++slot) {
        const std::uint64_t lap = std::atomic_ref(ring_[slot].lap).load();
        if (lap > first + 1 && lap <= until)
            all.rss_max_bytes = std::max(all.rss_max_bytes, take(lap - 1, exec_ns, interval_ns_).rss_max_bytes);
    }
    next_ = until;
    all.length_ns = (until - first) * interval_ns_;
    return all;
}

// A program that was adding to the bucket before this one may have finished after that one was taken: its change counts from the
// beginning of this one. Returns the maximum so far.
std::int64_t BucketReader::take_what_came_late(std::uint64_t number) {
    std::int64_t maximum = sum_pages_;
    wire_bucket& before = ring_[(number - 1) & (WIRE_BUCKETS - 1)];
    if (number > 0 && std::atomic_ref(before.lap).load() == number) {
        sum_pages_ += std::atomic_ref(before.change).exchange(0);
        std::atomic_ref(before.area).store(0);
        maximum = std::max(sum_pages_, std::int64_t{std::atomic_ref(before.maximum).exchange(0)});
    }
    return maximum;
}

TimelineBucket BucketReader::take(std::uint64_t number, std::uint64_t exec_ns, std::uint64_t length_ns) {
    wire_bucket& bucket = ring_[number & (WIRE_BUCKETS - 1)];
    std::int64_t maximum = take_what_came_late(number);
    auto mean_pages = static_cast<double>(sum_pages_);
    if (std::atomic_ref(bucket.lap).load() == number + 1) {
        const std::int64_t change = std::atomic_ref(bucket.change).exchange(0);
        const std::int64_t area = std::atomic_ref(bucket.area).exchange(0);
        maximum = std::max(maximum, std::int64_t{std::atomic_ref(bucket.maximum).exchange(0)});
        // Each change counts from its moment to the end of the bucket.
        mean_pages += static_cast<double>(change) - static_cast<double>(area) / static_cast<double>(length_ns);
        sum_pages_ += change;
    }
    const auto bytes = static_cast<double>(page_bytes_);
    return {
        .start_ns = exec_ns + number * interval_ns_,
        .length_ns = length_ns,
        .rss_max_bytes = static_cast<std::uint64_t>(std::max(maximum, std::int64_t{0})) * page_bytes_,
        .rss_mean_bytes = std::max(mean_pages, 0.0) * bytes,
        .cpu_ns = 0,
        .processes_max = 0,
    };
}

MemoryOverTime over_time(const wire_series& series, std::uint64_t exec_ns, std::uint64_t end_ns, std::uint64_t page_bytes) {
    constexpr double seconds_per_unit = static_cast<double>(1ULL << WIRE_TIME_SHIFT) / 1e9;
    const double units = static_cast<double>(end_ns - exec_ns) / static_cast<double>(1ULL << WIRE_TIME_SHIFT);
    const double page_units = static_cast<double>(series.now) * units - static_cast<double>(series.area);
    return {
        .peak_bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(series.maximum, 0)) * page_bytes,
        .byte_seconds = std::max(page_units, 0.0) * seconds_per_unit * static_cast<double>(page_bytes),
        .observed_seconds = static_cast<double>(end_ns - exec_ns) / 1e9,
    };
}

bool PeakHolders::wants(std::uint64_t peak_number, std::uint64_t rss_bytes) const {
    if (rss_bytes == 0 || peak_number < number_) return false;
    return peak_number > number_ || holders_.size() < limit_ || rss_bytes > holders_.back().rss_bytes;
}

void PeakHolders::add(std::uint64_t peak_number, MemoryHolder holder) {
    if (!wants(peak_number, holder.rss_bytes)) return;
    if (peak_number > number_) holders_.clear();
    number_ = peak_number;
    const auto place = std::ranges::upper_bound(holders_, holder.rss_bytes, std::ranges::greater{}, &MemoryHolder::rss_bytes);
    holders_.insert(place, std::move(holder));
    if (holders_.size() > limit_) holders_.pop_back();
}

std::vector<MemoryHolder> PeakHolders::at(std::uint64_t peak_number) const {
    return peak_number == number_ ? holders_ : std::vector<MemoryHolder>{};
}

}  // namespace perfwrap
