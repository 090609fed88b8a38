#include "profiler/commands/doctor.hpp"

#include <fmt/format.h>

#include "profiler/plan/doctor.hpp"
#include "profiler/run/prepared.hpp"

namespace perfwrap {

int doctor_command(const DoctorOptions& options, const FileCapabilities& capabilities) {
    const auto facts = try_host(capabilities);
    fmt::print("{}", options.json ? doctor_json(facts) : doctor_text(facts));
    return 0;
}

}  // namespace perfwrap
