#include "profiler/cli/spelling.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <vector>

namespace perfwrap {
namespace {

// Levenshtein's distance: the number of characters to add, drop or change.
std::size_t edit_distance(std::string_view from, std::string_view to) {
    std::vector<std::size_t> row(to.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < from.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i + 1;
        for (std::size_t j = 0; j < to.size(); ++j) {
            const std::size_t changed = diagonal + (from[i] == to[j] ? 0 : 1);
            diagonal = row[j + 1];
            row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
        }
    }
    return row.back();
}

std::optional<std::string> nearest_option(std::string_view option, std::span<const std::string> known) {
    const auto name = in_small_letters(option.substr(0, option.find('=')));
    if (!name.starts_with("--")) return std::nullopt;
    std::optional<std::string> nearest;
    std::size_t distance = std::max<std::size_t>(2, name.size() / 3) + 1;
    for (const auto& candidate : known) {
        const auto away = candidate.starts_with(name) ? 1 : edit_distance(name, candidate);
        if (away >= distance) continue;
        distance = away;
        nearest = candidate;
    }
    return nearest;
}

}  // namespace

std::string in_small_letters(std::string_view text) {
    std::string small(text);
    for (char& c : small)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return small;
}

std::string_view nearest_subcommand(std::string_view word) {
    for (const std::string_view name : {"doctor", "metrics", "run", "help", "version"})
        if (edit_distance(word, name) <= name.size() / 3) return name;
    return "";
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
    const auto small = in_small_letters(word);
    std::string_view nearest;
    std::size_t distance = std::max<std::size_t>(1, small.size() / 3) + 1;
    for (const auto candidate : known) {
        const bool begun = small.size() > 1 && candidate.starts_with(small);
        const auto away = small == candidate ? 0 : begun ? 1 : edit_distance(small, candidate);
        if (away >= distance) continue;
        distance = away;
        nearest = candidate;
    }
    return nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest);
}

std::string unknown_option(std::string_view option, std::span<const std::string> known) {
    const auto nearest = nearest_option(option, known);
    return fmt::format("unknown option '{}'{}", option, nearest ? fmt::format("; did you mean {}?", *nearest) : "");
}

}  // namespace perfwrap
