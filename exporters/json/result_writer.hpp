// The result file, schema perfwrap-result/1: see exporters/perfwrap-result.schema.json.
#pragma once

#include <string>

#include "exporters/result/result.hpp"

namespace perfwrap {

// Seconds and cores are written with a fraction, bytes and counts as whole numbers. An unknown value is null, and a metric that
// was not measured is absent. Bytes that are not UTF-8 become U+FFFD.
std::string format_json(const Result& result);

}  // namespace perfwrap
