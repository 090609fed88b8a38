#include "profiler/cli/options.hpp"

#include <algorithm>
#include <array>

namespace perfwrap {
namespace {

bool is_quiet(const std::string& word) { return word == "-q" || word == "--quiet"; }

}  // namespace

tl::expected<Options, OptionsExit> parse_options(std::span<const std::string> arguments, std::span<const OutputFormat> formats,
                                                 std::string_view version) {
    const auto first = std::ranges::find_if_not(arguments, is_quiet);
    if (first == arguments.end()) return parse_run_options(arguments, formats, version);
    const auto after = arguments.subspan(static_cast<std::size_t>(first - arguments.begin()) + 1);
    if (*first == "doctor") return parse_doctor_options(after);
    if (*first == "metrics") return parse_metrics_options(after);
    const auto run = [&](const std::string& word) { return parse_run_options(std::array{word}, formats, version); };
    if (*first == "help" && after.empty()) return run("--help");
    if ((*first == "version" || *first == "-V") && after.empty()) return run("--version");
    return parse_run_options(arguments.front() == "run" ? arguments.subspan(1) : arguments, formats, version);
}

}  // namespace perfwrap
