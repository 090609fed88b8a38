#include "exporters/text/sparkline.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace perfwrap {
namespace {

// Calls visit(column, step, seconds they share) for every column and step that overlap.
template <typename Visit>
void for_each_overlap(std::span<const double> starts, double end, int columns, Visit visit) {
    constexpr double rounding = 1e-9;  // neighbours that only seem to overlap
    const double window = (end - starts.front()) / columns;
    for (int column = 0; column < columns; ++column) {
        const double window_start = starts.front() + window * column;
        const double window_end = column + 1 == columns ? end : window_start + window;
        for (std::size_t step = 0; step < starts.size(); ++step) {
            const double step_end = step + 1 < starts.size() ? starts[step + 1] : end;
            const double shared = std::min(window_end, step_end) - std::max(window_start, starts[step]);
            if (shared > window * rounding) visit(static_cast<std::size_t>(column), step, shared);
        }
    }
}

}  // namespace

std::vector<double> window_maxima(std::span<const double> starts, std::span<const double> values, double end, int columns) {
    std::vector<double> maxima(static_cast<std::size_t>(columns), 0);
    for_each_overlap(starts, end, columns, [&](std::size_t column, std::size_t step, double) {
        maxima[column] = std::max(maxima[column], values[step]);
    });
    return maxima;
}

std::vector<double> window_means(std::span<const double> starts, std::span<const double> values, double end, int columns) {
    std::vector<double> means(static_cast<std::size_t>(columns), 0);
    const double window = (end - starts.front()) / columns;
    for_each_overlap(starts, end, columns, [&](std::size_t column, std::size_t step, double seconds) {
        means[column] += values[step] * seconds / window;
    });
    return means;
}

std::string sparkline(std::span<const double> values, double top, bool unicode) {
    constexpr std::array<std::string_view, 8> blocks{"\u2581", "\u2582", "\u2583", "\u2584",
                                                     "\u2585", "\u2586", "\u2587", "\u2588"};
    constexpr std::string_view ascii = "_.:-=+*#";
    constexpr double rounding = 1e-6;  // so that half of the top is one half despite rounding errors
    std::string line;
    for (const double value : values) {
        const double reached = value < top ? value / top : 1;  // infinity divided by itself is not a number
        const double share = value > 0 && top > 0 ? reached : 0;
        const auto height = std::min<std::size_t>(static_cast<std::size_t>(share * 8 + rounding), 7);
        line += unicode ? blocks[height] : ascii.substr(height, 1);
    }
    return line;
}

}  // namespace perfwrap
