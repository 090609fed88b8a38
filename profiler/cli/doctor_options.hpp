// The options of perfwrap doctor and perfwrap metrics, which only report.
#pragma once

#include <span>
#include <string>
#include <tl/expected.hpp>

#include "profiler/cli/options_exit.hpp"

namespace perfwrap {

struct DoctorOptions {
    bool json = false;
};

struct MetricsOptions {
    bool json = false;
};

// `arguments` are those after "doctor" or "metrics".
tl::expected<DoctorOptions, OptionsExit> parse_doctor_options(std::span<const std::string> arguments);
tl::expected<MetricsOptions, OptionsExit> parse_metrics_options(std::span<const std::string> arguments);

}  // namespace perfwrap
