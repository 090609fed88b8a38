#include "probes/system/counter_batch.hpp"

#include <unistd.h>

namespace perfwrap {

int online_cpus() { return static_cast<int>(std::max(1L, ::sysconf(_SC_NPROCESSORS_ONLN))); }

}  // namespace perfwrap
