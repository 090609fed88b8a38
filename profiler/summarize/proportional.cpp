#include "profiler/summarize/proportional.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace perfwrap {

tl::expected<MemoryOverTime, std::string> proportional(const MemoryTotals& memory) {
    constexpr std::uint64_t enough_moments = 3;
    if (!memory.pss || !memory.rss) return tl::unexpected(std::string("nobody looked at the page tables"));
    const auto& looks = *memory.pss;
    const auto& rss = *memory.rss;
    if (looks.denied)
        return tl::unexpected(std::string("perfwrap may not look at a process of the tree (/proc/PID/smaps_rollup)"));
    if (looks.moments < enough_moments)
        return tl::unexpected(
            fmt::format("too few looks: {} of at least {}; the run was too short", looks.looks, enough_moments));
    const auto peak = static_cast<double>(rss.peak_bytes);
    const auto most = std::min(static_cast<double>(looks.most_rss_bytes), peak);
    const auto at_peak = looks.ratio_at_most * most + looks.private_at_most * (peak - most);
    const auto largest = std::min(std::max(static_cast<double>(looks.most_pss_bytes), at_peak), peak);
    const auto after_last_look = std::max(rss.byte_seconds - looks.resident_byte_seconds, 0.0);
    const auto byte_seconds = looks.byte_seconds + looks.last_ratio * after_last_look;
    return MemoryOverTime{
        .peak_bytes = static_cast<std::uint64_t>(largest),
        .byte_seconds = std::min({byte_seconds, rss.byte_seconds, largest * rss.observed_seconds}),
        .observed_seconds = rss.observed_seconds,
        .samples = looks.looks,
    };
}

std::optional<std::string> peak_not_seen(const MemoryTotals& memory) {
    const auto most = static_cast<double>(memory.pss->most_rss_bytes);
    const auto peak = static_cast<double>(memory.rss->peak_bytes);
    if (5 * most >= 3 * peak) return std::nullopt;
    return fmt::format("too few looks: none of the {} found more than {:.0f} % of the largest resident size", memory.pss->looks,
                       100 * most / peak);
}

}  // namespace perfwrap
