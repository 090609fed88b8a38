// The options of perfwrap doctor.
#pragma once

#include <span>
#include <string>
#include <tl/expected.hpp>

#include "profiler/cli/options_exit.hpp"

namespace perfwrap {

struct DoctorOptions {
    bool json = false;
};

// `arguments` are those after "doctor".
tl::expected<DoctorOptions, OptionsExit> parse_doctor_options(std::span<const std::string> arguments);

}  // namespace perfwrap
