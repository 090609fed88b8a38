// Reads a result file, schema perfwrap-result/1, of this perfwrap or an earlier one.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "exporters/result/result.hpp"

namespace perfwrap {

// What format_json wrote comes back: writing it again gives the same bytes. Keys and metrics that are not known are ignored. Not
// in the file, and so not in the result: its warnings, and of what was not measured all but the reason. An accuracy that an
// earlier perfwrap wrote in words only is its kind alone. Null in the place of a number is NaN.
//
// Error: what is wrong and where in the document, without the name of the file, e.g. "runs[3].metrics.wall_seconds: expected a
// number that is not negative, not -1".
tl::expected<Result, std::string> read_result(std::string_view bytes);

}  // namespace perfwrap
