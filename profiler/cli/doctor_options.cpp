#include "profiler/cli/doctor_options.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "profiler/cli/help.hpp"
#include "profiler/cli/parser.hpp"
#include "profiler/cli/spelling.hpp"

namespace perfwrap {

tl::expected<DoctorOptions, OptionsExit> parse_doctor_options(std::span<const std::string> arguments) {
    DoctorOptions options;
    CLI::App app{std::string{doctor_help_usage}, "perfwrap doctor"};
    app.formatter(help_formatter());
    app.set_help_flag("-h,--help", "Print this help");
    app.add_flag("--json", options.json, "Print JSON");
    app.allow_extras();

    if (auto exit = parse(app, arguments, "doctor ")) return tl::unexpected(std::move(*exit));
    if (app.remaining_size() == 0) return options;
    const auto extra = app.remaining().front();
    return tl::unexpected(
        complaint(extra.starts_with('-')
                      ? unknown_option(extra, long_options(app))
                      : fmt::format("doctor does not take '{}'; to run a program called doctor: perfwrap -- doctor", extra),
                  "doctor "));
}

}  // namespace perfwrap
