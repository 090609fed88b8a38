// Error messages on standard error.
#pragma once

#include <fmt/format.h>

#include <string_view>

#include "exporters/text/text.hpp"
#include "profiler/output/writer.hpp"

namespace perfwrap {

inline void complain(std::string_view message) { tell(fmt::format("perfwrap: {}\n", printable(message, true))); }

}  // namespace perfwrap
