// Reads a result file, schema perfwrap-result/1, of this perfwrap or an earlier one.
#pragma once

#include <string>
#include <string_view>
#include <tl/expected.hpp>

#include "exporters/result/result.hpp"

namespace perfwrap {

// Reads what format_json wrote: writing the result again gives the same bytes. Unknown keys and metrics are ignored. The file
// does not hold the warnings, nor anything but the reason for metrics that were not measured. An accuracy that an earlier
// perfwrap wrote in words only becomes its kind alone. Null in place of a number becomes NaN.
//
// Error: what is wrong and where in the document, without the name of the file, e.g. "runs[3].metrics.wall_seconds: expected a
// number that is not negative, not -1".
tl::expected<Result, std::string> read_result(std::string_view bytes);

}  // namespace perfwrap
