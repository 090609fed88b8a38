// The part of an accuracy that programs read, beside the words of it.
#pragma once

#include <nlohmann/json.hpp>

#include "exporters/json/node.hpp"
#include "exporters/result/accuracy.hpp"

namespace perfwrap {

// {"bound_bytes":786432,"bound_per":"process"}, {"bound_by":"clock_ticks"} or {"interval_seconds":0.012,"samples":20}; keys of
// what is not known are absent.
nlohmann::ordered_json accuracy_json(const Accuracy& accuracy);

// Of an object that has "accuracy", too, which begins with the kind. A bound of a sort that is not known is none.
Accuracy read_accuracy(const Node& source);

}  // namespace perfwrap
