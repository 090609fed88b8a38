#include "probes/recording/timeline.hpp"

#include <algorithm>

namespace perfwrap {

TimelineBucket merge(const TimelineBucket& first, const TimelineBucket& second) {
    const auto first_length = static_cast<double>(first.length_ns);
    const auto second_length = static_cast<double>(second.length_ns);
    const double length = first_length + second_length;
    return {
        .start_ns = first.start_ns,
        .length_ns = first.length_ns + second.length_ns,
        .rss_max_bytes = std::max(first.rss_max_bytes, second.rss_max_bytes),
        .rss_mean_bytes = length > 0 ? (first.rss_mean_bytes * first_length + second.rss_mean_bytes * second_length) / length
                                     : std::max(first.rss_mean_bytes, second.rss_mean_bytes),
        .cpu_ns = first.cpu_ns + second.cpu_ns,
        .processes_max = std::max(first.processes_max, second.processes_max),
    };
}

void Timeline::add(const TimelineBucket& bucket) {
    if (!buckets_.empty() && buckets_.back().length_ns + bucket.length_ns <= resolution_ns_) {
        buckets_.back() = merge(buckets_.back(), bucket);
        return;
    }
    buckets_.push_back(bucket);
    if (buckets_.size() <= limit_) return;

    std::uint64_t total = 0;
    for (const auto& each : buckets_) total += each.length_ns;
    resolution_ns_ = std::max(resolution_ns_ * 2, 2 * total / limit_);
    std::vector<TimelineBucket> merged;
    for (std::size_t i = 0; i < buckets_.size(); i += 2)
        merged.push_back(i + 1 < buckets_.size() ? merge(buckets_[i], buckets_[i + 1]) : buckets_[i]);
    buckets_ = std::move(merged);
}

std::uint64_t Timeline::cut(std::uint64_t end_ns, double held_bytes) {
    std::uint64_t cpu_ns = 0;
    std::uint64_t rss_max_bytes = 0;
    while (!buckets_.empty() && buckets_.back().start_ns >= end_ns) {
        cpu_ns += buckets_.back().cpu_ns;
        rss_max_bytes = std::max(rss_max_bytes, buckets_.back().rss_max_bytes);
        buckets_.pop_back();
    }
    if (buckets_.empty()) return cpu_ns;
    auto& last = buckets_.back();
    last.rss_max_bytes = std::max(last.rss_max_bytes, rss_max_bytes);
    if (last.start_ns + last.length_ns <= end_ns) return cpu_ns;
    const auto before = static_cast<double>(last.length_ns);
    last.length_ns = end_ns - last.start_ns;
    const auto length = static_cast<double>(last.length_ns);
    const double integral = last.rss_mean_bytes * before - held_bytes * (before - length);
    last.rss_mean_bytes = std::clamp(integral / length, 0.0, static_cast<double>(last.rss_max_bytes));
    const auto kept_ns = static_cast<std::uint64_t>(static_cast<double>(last.cpu_ns) * length / before);
    cpu_ns += last.cpu_ns - kept_ns;
    last.cpu_ns = kept_ns;
    return cpu_ns;
}

double Timeline::byte_seconds() const {
    double sum = 0;
    for (const auto& bucket : buckets_) sum += bucket.rss_mean_bytes * static_cast<double>(bucket.length_ns) / 1e9;
    return sum;
}

std::uint64_t Timeline::spread_cpu(std::uint64_t from_ns, std::uint64_t to_ns, std::uint64_t cpu_ns) {
    std::uint64_t taken_ns = 0;
    for (auto bucket = buckets_.rbegin(); bucket != buckets_.rend(); ++bucket) {
        const auto begin_ns = std::max(from_ns, bucket->start_ns);
        const auto end_ns = std::min(to_ns, bucket->start_ns + bucket->length_ns);
        if (bucket->start_ns + bucket->length_ns <= from_ns) break;
        if (end_ns <= begin_ns) continue;
        const auto part = static_cast<double>(end_ns - begin_ns) / static_cast<double>(to_ns - from_ns);
        const auto share_ns = static_cast<std::uint64_t>(static_cast<double>(cpu_ns) * part);
        bucket->cpu_ns += share_ns;
        taken_ns += share_ns;
    }
    return taken_ns;
}

std::uint64_t Timeline::fill_cpu(std::uint64_t cpu_ns, unsigned cpus) {
    std::uint64_t left_ns = cpu_ns;
    for (auto bucket = buckets_.rbegin(); bucket != buckets_.rend() && left_ns > 0; ++bucket) {
        const auto capacity_ns = cpus * bucket->length_ns;
        const auto share_ns = std::min(left_ns, capacity_ns - std::min(capacity_ns, bucket->cpu_ns));
        bucket->cpu_ns += share_ns;
        left_ns -= share_ns;
    }
    return cpu_ns - left_ns;
}

}  // namespace perfwrap
