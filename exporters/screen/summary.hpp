// The summary that is printed after a run.
#pragma once

#include <string>

#include "exporters/result/result.hpp"

namespace perfwrap {

struct SummaryStyle {
    bool colour = false;      // ANSI escapes
    bool sparklines = false;  // memory and CPU over time
    bool unicode = true;      // false: ASCII only
    int width = 80;           // columns of the terminal
};

std::string format_summary(const Result& result, const SummaryStyle& style);

}  // namespace perfwrap
