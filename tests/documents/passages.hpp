// Which table stands in which document.
#pragma once

#include <vector>

#include "tests/documents/passage.hpp"

namespace perfwrap {

std::vector<Passage> passages();

}  // namespace perfwrap
