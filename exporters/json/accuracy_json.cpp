#include "exporters/json/accuracy_json.hpp"

#include <cmath>
#include <string>
#include <string_view>

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
    }
    return "";
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
        json["interval_seconds"] = *accuracy.interval_seconds;
    if (accuracy.samples) json["samples"] = *accuracy.samples;
    return json;
}

}  // namespace perfwrap
