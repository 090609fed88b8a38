// How text on standard error should be styled.
#pragma once

#include "exporters/screen/summary.hpp"

namespace perfwrap {

// From the terminal, NO_COLOR, TERM and the locale.
SummaryStyle style_of_terminal();

}  // namespace perfwrap
