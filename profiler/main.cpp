#include <fmt/format.h>

#include <exception>
#include <string>
#include <variant>
#include <vector>

#include "exporters/registry.hpp"
#include "profiler/cli/options.hpp"
#include "profiler/commands/doctor.hpp"
#include "profiler/commands/metrics.hpp"
#include "profiler/commands/run.hpp"
#include "profiler/launch/file_capabilities.hpp"
#include "profiler/launch/inherited.hpp"
#include "profiler/launch/standard_streams.hpp"
#include "profiler/output/complaint.hpp"

namespace {

int main_with(const std::vector<std::string>& arguments, const perfwrap::Inherited& inherited) {
    perfwrap::FileCapabilities capabilities;
    std::vector<perfwrap::OutputFormat> formats;
    for (const auto& exporter : perfwrap::exporters()) formats.push_back({exporter.name, exporter.suffix, exporter.description});
    const auto options = perfwrap::parse_options(arguments, formats, PERFWRAP_VERSION);
    if (!options) {
        if (options.error().code == 0)
            fmt::print("{}", options.error().text);
        else
            perfwrap::tell(options.error().text);
        return options.error().code;
    }
    if (const auto* metrics = std::get_if<perfwrap::MetricsOptions>(&*options)) return perfwrap::metrics_command(*metrics);
    if (const auto reason = perfwrap::unsafe_installation()) {
        perfwrap::complain(*reason);
        return 125;
    }
    if (const auto* doctor = std::get_if<perfwrap::DoctorOptions>(&*options))
        return perfwrap::doctor_command(*doctor, capabilities);
    return perfwrap::run_command(std::get<perfwrap::RunOptions>(*options), inherited, capabilities);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto inherited = perfwrap::inherited(argc, argv);
        perfwrap::hold_standard_streams();
        return main_with({argv + 1, argv + argc}, inherited);
    } catch (const std::exception& failure) {
        perfwrap::complain(failure.what());
        return 125;
    }
}
