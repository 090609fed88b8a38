#include "probes/ebpf/ebpf_memory.hpp"

#include <algorithm>

namespace perfwrap {

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
