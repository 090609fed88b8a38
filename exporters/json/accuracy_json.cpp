#include "exporters/json/accuracy_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "exporters/text/accuracy_text.hpp"
#include "exporters/text/nanoseconds.hpp"

namespace perfwrap {
namespace {

std::string_view key_of(BoundUnit unit) {
    switch (unit) {
        case BoundUnit::bytes: return "bound_bytes";
        case BoundUnit::page_faults: return "bound_page_faults";
    }
    return "";
}

std::string_view name_of(BoundScope scope) {
    switch (scope) {
        case BoundScope::tree: return "tree";
        case BoundScope::process: return "process";
        case BoundScope::thread: return "thread";
    }
    return "";
}

std::string_view name_of(BoundCause cause) {
    switch (cause) {
        case BoundCause::clock_ticks: return "clock_ticks";
        case BoundCause::unwaited_processes: return "unwaited_processes";
        case BoundCause::lost_events: return "lost_events";
        case BoundCause::inconsistent_events: return "inconsistent_events";
    }
    return "";
}

template <typename Value, std::size_t N>
std::optional<Value> find_name(const std::array<Value, N>& values, std::string_view name) {
    const auto* found = std::ranges::find_if(values, [name](Value value) { return name_of(value) == name; });
    return found == values.end() ? std::nullopt : std::optional(*found);
}

constexpr std::array kinds{AccuracyKind::exact, AccuracyKind::bounded, AccuracyKind::sampled};
constexpr std::array units{BoundUnit::bytes, BoundUnit::page_faults};
constexpr std::array scopes{BoundScope::tree, BoundScope::process, BoundScope::thread};
constexpr std::array causes{BoundCause::clock_ticks, BoundCause::unwaited_processes, BoundCause::lost_events,
                            BoundCause::inconsistent_events};

AccuracyKind read_kind(const Node& text) {
    const auto words = text.text();
    const auto first = words.substr(0, words.find(' '));
    for (const auto kind : kinds)
        if (first == accuracy_name(kind)) return kind;
    text.fail_expecting("words that begin with exact, bounded or sampled");
}

std::optional<Bound> read_bound(const Node& source) {
    const auto per = source.find("bound_per");
    const auto scope = per ? find_name(scopes, per->text()) : std::nullopt;
    for (const auto unit : units)
        if (const auto amount = source.find(key_of(unit)); amount && scope)
            return Bound{amount->integer<std::uint64_t>(), unit, *scope};
    return std::nullopt;
}

}  // namespace

nlohmann::ordered_json accuracy_json(const Accuracy& accuracy) {
    auto json = nlohmann::ordered_json::object();
    if (accuracy.bound) {
        json[std::string(key_of(accuracy.bound->unit))] = accuracy.bound->amount;
        json["bound_per"] = name_of(accuracy.bound->per);
    }
    if (accuracy.cause) json["bound_by"] = name_of(*accuracy.cause);
    if (accuracy.interval_seconds && std::isfinite(*accuracy.interval_seconds))
        json["interval_seconds"] = to_the_nanosecond(*accuracy.interval_seconds);
    if (accuracy.samples) json["samples"] = *accuracy.samples;
    return json;
}

Accuracy read_accuracy(const Node& source) {
    Accuracy accuracy;
    accuracy.kind = read_kind(source.at("accuracy"));
    if (accuracy.kind == AccuracyKind::bounded) {
        accuracy.bound = read_bound(source);
        if (const auto cause = source.find("bound_by")) accuracy.cause = find_name(causes, cause->text());
    }
    if (accuracy.kind == AccuracyKind::sampled) {
        if (const auto interval = source.find("interval_seconds")) accuracy.interval_seconds = interval->amount();
        if (const auto samples = source.find("samples")) accuracy.samples = samples->integer<std::uint64_t>();
    }
    return accuracy;
}

}  // namespace perfwrap
