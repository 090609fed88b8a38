// How exact a value is, in words.
#pragma once

#include <string>
#include <string_view>

#include "exporters/result/accuracy.hpp"

namespace perfwrap {

// "exact", "bounded" or "sampled".
std::string_view accuracy_name(AccuracyKind kind);

// "exact", "bounded to 768 KiB per process", "bounded by clock ticks", "sampled every 12 ms". Begins with the name.
std::string accuracy_text(const Accuracy& accuracy);

// The same as a remark beside the value: "within 768 KiB per process".
std::string accuracy_remark(const Accuracy& accuracy);

}  // namespace perfwrap
