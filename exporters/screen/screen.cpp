#include "exporters/screen/screen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "exporters/text/text.hpp"

namespace perfwrap {
namespace {

constexpr int narrowest = 60;
constexpr int label_width = 10;
constexpr std::size_t lines_for_reasons = 2;

// "rss_anon_peak_bytes" as "rss anon peak".
std::string spoken(Metric metric) {
    const auto& row = metric_info(metric);
    std::string words(row.key);
    if (const auto unit = fmt::format("_{}", unit_name(row.unit)); words.ends_with(unit))
        words.resize(words.size() - unit.size());
    std::ranges::replace(words, '_', ' ');
    return words;
}

struct Unmeasured {
    std::string reason;
    std::vector<std::string> metrics;
};

// Metrics that were asked for, grouped by the reason why they were not measured.
std::vector<Unmeasured> by_reason(const std::map<Metric, Absence>& unavailable) {
    std::vector<Unmeasured> groups;
    for (const auto& [metric, absence] : unavailable) {
        if (!absence.asked_for) continue;
        const auto reason = absence.lacking.empty() ? absence.reason : "needs " + absence.lacking;
        auto group = std::ranges::find(groups, reason, &Unmeasured::reason);
        if (group == groups.end()) group = groups.insert(group, {reason, {}});
        group->metrics.push_back(spoken(metric));
    }
    return groups;
}

// Options each of which would be enough to measure more.
std::set<std::string> options_for_more(const std::map<Metric, Absence>& unavailable) {
    std::set<std::string> options;
    for (const auto& [metric, absence] : unavailable)
        if (!absence.asked_for && absence.lacking.starts_with("--")) options.insert(absence.lacking);
    return options;
}

// The first `count` reasons in words, and how many metrics the others concern.
std::vector<std::string> reasons_in_words(const std::vector<Unmeasured>& groups, std::size_t count) {
    std::string text = "not measured:";
    std::size_t others = 0;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (i < count)
            text += fmt::format("{} {} ({})", i == 0 ? "" : ";", fmt::join(groups[i].metrics, ", "), groups[i].reason);
        else
            others += groups[i].metrics.size();
    }
    if (others > 0) text += fmt::format("; {} more (--output json:FILE says why)", others);
    return words_of(text);
}

}  // namespace

Screen::Screen(const SummaryStyle& style) : style_(style) { style_.width = std::max(style.width, narrowest); }

void Screen::line(std::string_view text) { text_.append(text).append("\n"); }

void Screen::row(std::string_view label, const std::vector<std::string>& facts) {
    auto shown = bold(fmt::format("{:<{}}", label, label_width));
    for (const auto& each : flow(facts, ",", style_.width - label_width - 2)) {
        line(fmt::format("  {}{}", shown, each));
        shown = std::string(label_width, ' ');
    }
}

void Screen::not_measured(const std::map<Metric, Absence>& unavailable) {
    auto groups = by_reason(unavailable);
    if (groups.empty()) {
        const auto options = options_for_more(unavailable);
        if (!options.empty()) line(fmt::format("\n  more with {} (see perfwrap doctor)", fmt::join(options, " or ")));
        return;
    }
    for (auto& group : groups) group.reason = harmless(group.reason);
    const auto columns = style_.width - 2;
    auto lines = flow(reasons_in_words(groups, groups.size()), "", columns);
    for (auto count = groups.size() - 1; count > 0 && lines.size() > lines_for_reasons; --count)
        lines = flow(reasons_in_words(groups, count), "", columns);
    line("");
    for (const auto& each : lines) line("  " + each);
}

void Screen::warning(std::string_view sentence) {
    auto label = painted("33", "warning:");
    for (const auto& each : flow(words_of(harmless(sentence)), "", style_.width - 11)) {
        line(fmt::format("  {} {}", label, each));
        label = std::string(8, ' ');
    }
}

std::string Screen::harmless(std::string_view foreign) const { return printable(foreign, style_.unicode); }

std::string Screen::cut(std::string_view harmless_text, int columns) const {
    return truncate_to_width(harmless_text, columns, style_.unicode);
}

std::string Screen::painted(std::string_view code, std::string_view text) const {
    return style_.colour ? fmt::format("\033[{}m{}\033[0m", code, text) : std::string(text);
}

}  // namespace perfwrap
