// The JSON keys of an accuracy that programs read, in addition to its words.
#pragma once

#include <nlohmann/json.hpp>

#include "exporters/json/node.hpp"
#include "exporters/result/accuracy.hpp"

namespace perfwrap {

// {"bound_bytes":786432,"bound_per":"process"}, {"bound_by":"clock_ticks"} or {"interval_seconds":0.012,"samples":20}; keys
// without a known value are absent.
nlohmann::ordered_json accuracy_json(const Accuracy& accuracy);

// Reads these keys of an object that also has "accuracy", which begins with the kind. A bound of an unknown kind is ignored.
Accuracy read_accuracy(const Node& source);

}  // namespace perfwrap
