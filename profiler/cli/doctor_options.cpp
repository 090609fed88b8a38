#include "profiler/cli/doctor_options.hpp"

#include "profiler/cli/help.hpp"
#include "profiler/cli/parser.hpp"

namespace perfwrap {

tl::expected<DoctorOptions, OptionsExit> parse_doctor_options(std::span<const std::string> arguments) {
    return parse_report_options(arguments, "doctor", doctor_help_usage).map([](bool json) { return DoctorOptions{json}; });
}

tl::expected<MetricsOptions, OptionsExit> parse_metrics_options(std::span<const std::string> arguments) {
    return parse_report_options(arguments, "metrics", metrics_help_usage).map([](bool json) { return MetricsOptions{json}; });
}

}  // namespace perfwrap
