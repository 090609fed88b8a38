// perfwrap doctor: prints the plan that a run would have here.
#pragma once

#include "profiler/cli/options.hpp"
#include "profiler/launch/file_capabilities.hpp"

namespace perfwrap {

int doctor_command(const DoctorOptions& options, const FileCapabilities& capabilities);

}  // namespace perfwrap
