// Why the kernel refuses another process.
#pragma once

#include <string>

namespace perfwrap {

// Call it after fork or clone has failed: the limit that was reached, as far as it can be seen, with its file, as part of a
// sentence.
std::string process_limit();

}  // namespace perfwrap
