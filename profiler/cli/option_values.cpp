#include "profiler/cli/option_values.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace perfwrap {
namespace {

struct DurationUnit {
    std::string_view name;
    double nanoseconds;
};

constexpr std::array duration_units{DurationUnit{"us", 1e3}, DurationUnit{"ms", 1e6}, DurationUnit{"s", 1e9},
                                    DurationUnit{"m", 60e9}, DurationUnit{"h", 3600e9}};

// What people write for a unit, in small letters.
struct LongUnit {
    std::string_view name;
    std::string_view unit;
};

constexpr std::array long_units{LongUnit{"usec", "us"},  LongUnit{"microsecond", "us"}, LongUnit{"\u00b5s", "us"},
                                LongUnit{"msec", "ms"},  LongUnit{"millisecond", "ms"}, LongUnit{"sec", "s"},
                                LongUnit{"second", "s"}, LongUnit{"min", "m"},          LongUnit{"minute", "m"},
                                LongUnit{"hr", "h"},     LongUnit{"hour", "h"}};

// The unit that was probably meant by another spelling: "s" for " Seconds"; "" if none is known.
std::string_view unit_meant(std::string_view text) {
    auto word = in_small_letters(text);
    std::erase(word, ' ');
    if (const auto same = std::ranges::find(duration_units, word, &DurationUnit::name); same != duration_units.end())
        return same->name;
    if (word.size() > 2 && word.ends_with('s') && word != "\u00b5s") word.pop_back();
    const auto longer = std::ranges::find(long_units, word, &LongUnit::name);
    return longer == long_units.end() ? "" : longer->unit;
}

constexpr double longest_duration_ns = 9e18;  // 285 years, within std::chrono::nanoseconds

// "csv", but neither "./a" nor "2026-01-01T10".
bool looks_like_format(std::string_view text) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.empty() && is_letter(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return is_letter(c) || (c >= '0' && c <= '9') || c == '-'; });
}

std::vector<std::string_view> names_of(std::span<const OutputFormat> formats) {
    std::vector<std::string_view> names;
    for (const auto& format : formats) names.push_back(format.name);
    return names;
}

}  // namespace

tl::expected<std::chrono::nanoseconds, std::string> parse_duration(std::string_view text) {
    double number = 0;
    const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
    const std::string_view unit_text = text.substr(static_cast<std::size_t>(rest - text.data()));
    const auto unit = std::ranges::find(duration_units, unit_text, &DurationUnit::name);
    if (error == std::errc{} && unit_text.empty())
        return tl::unexpected(
            fmt::format("'{0}' is not a duration without a unit: write {0}s for seconds, or us, ms, m or h", text));
    const auto meant = unit_meant(unit_text);
    if (error == std::errc{} && std::isfinite(number) && unit == duration_units.end() && !meant.empty())
        return tl::unexpected(fmt::format("'{}' is not a duration; did you mean {}{}? The units are us, ms, s, m and h", text,
                                          text.substr(0, text.size() - unit_text.size()), meant));
    if (error != std::errc{} || unit == duration_units.end())
        return tl::unexpected(
            fmt::format("'{}' is not a duration: write a number and a unit (us, ms, s, m or h), as in 10ms", text));
    const double ns = number * unit->nanoseconds;
    if (!(ns >= 1)) return tl::unexpected(fmt::format("'{}' is too short: it must be longer than zero", text));
    if (ns > longest_duration_ns) return tl::unexpected(fmt::format("'{}' is too long", text));
    return std::chrono::nanoseconds{std::llround(ns)};
}

tl::expected<std::chrono::nanoseconds, std::string> parse_interval(std::string_view text) {
    constexpr std::chrono::microseconds shortest{100};
    auto interval = parse_duration(text);
    if (interval && *interval < shortest)
        return tl::unexpected(fmt::format("'{}' is too short: the shortest is {}us", text, shortest.count()));
    return interval;
}

tl::expected<std::optional<std::chrono::nanoseconds>, std::string> parse_checkpoint(std::string_view text) {
    if (text == "off") return std::nullopt;
    return parse_duration(text).map([](auto every) { return std::optional{every}; }).map_error([](const std::string& error) {
        return error + ", or write 'off'";
    });
}

tl::expected<std::size_t, std::string> parse_count(std::string_view text) {
    std::size_t count = 0;
    const auto end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, count);
    if (error == std::errc::result_out_of_range && rest == end) return tl::unexpected(fmt::format("'{}' is too large", text));
    if (error != std::errc{} || rest != end) return tl::unexpected(fmt::format("'{}' is not a whole number", text));
    return count;
}

tl::expected<Output, std::string> parse_output(std::string_view text, std::span<const OutputFormat> formats) {
    const auto colon = text.find(':');
    if (colon != std::string_view::npos) {
        const auto named = std::ranges::find_if(
            formats, [&](const auto& format) { return in_small_letters(text.substr(0, colon)) == format.name; });
        if (named != formats.end()) {
            const auto path = text.substr(colon + 1);
            if (path.empty())
                return tl::unexpected(fmt::format("'{}' does not name a file: write {}:PATH, or {}:- for standard output", text,
                                                  named->name, named->name));
            return Output{.format = std::string{named->name}, .path = std::string{path}};
        }
        if (looks_like_format(text.substr(0, colon)))
            return tl::unexpected(fmt::format("'{}' is not a known format: write one of {}, or ./{} for a file of that name{}",
                                              text.substr(0, colon), list_formats(formats), text,
                                              did_you_mean(text.substr(0, colon), names_of(formats))));
    }
    if (text.empty()) return tl::unexpected(std::string{"the path is empty"});
    if (text == "-") return Output{.format = "json", .path = "-"};
    if (text.ends_with('/')) return tl::unexpected(fmt::format("'{}' is a directory: name a file in it", text));
    const auto by_suffix = std::ranges::find_if(
        formats, [&](const auto& format) { return !format.suffix.empty() && in_small_letters(text).ends_with(format.suffix); });
    if (by_suffix == formats.end())
        return tl::unexpected(
            fmt::format("the suffix of '{}' does not select a format: write FORMAT:PATH, where FORMAT is one of {}", text,
                        list_formats(formats)));
    return Output{.format = std::string{by_suffix->name}, .path = std::string{text}};
}

tl::expected<std::pair<std::string, std::string>, std::string> parse_label(std::string_view text) {
    const auto equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0)
        return tl::unexpected(fmt::format("'{}' is not a label: write KEY=VALUE, as in runner=ci-box", text));
    return std::pair{std::string{text.substr(0, equals)}, std::string{text.substr(equals + 1)}};
}

std::string list_formats(std::span<const OutputFormat> formats) {
    std::string list;
    for (const auto& format : formats) {
        list.append(list.empty() ? "" : ", ").append(format.name);
        if (!format.suffix.empty()) list.append(fmt::format(" ({})", format.suffix));
    }
    return list;
}

}  // namespace perfwrap
