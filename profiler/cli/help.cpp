#include "profiler/cli/help.hpp"

#include <fmt/format.h>

#include "exporters/result/metrics.hpp"
#include "exporters/text/text.hpp"

namespace perfwrap {
namespace {

constexpr int columns = 80;

constexpr std::string_view examples =
    "Examples:\n"
    "  perfwrap python bench.py                     print a summary on standard error\n"
    "  perfwrap -o result.json -- python bench.py   keep everything as JSON\n"
    "  perfwrap -q -o - ./quiet-job | jq .summary   pass it on\n"
    "  perfwrap --timeout 10m --orphans kill ./ci   leave no process behind\n";

constexpr std::string_view exit_codes =
    "Exit codes:\n"
    "  COMMAND's own, or 128+N if signal N ended it\n"
    "  124  --timeout ended it\n"
    "  125  perfwrap itself failed: bad option, unwritable output, unavailable source\n"
    "  126  COMMAND was found but cannot be executed\n"
    "  127  COMMAND was not found\n";

std::string definition(std::string_view name, std::string_view meaning) {
    return fmt::format("  {:<{}} {}\n", name, help_name_columns - 3, wrap(meaning, columns, help_name_columns));
}

}  // namespace

std::string help_footer(std::span<const OutputFormat> formats) {
    std::string text = "Formats:\n";
    for (const auto& format : formats)
        text +=
            definition(fmt::format("{}{}{}", format.name, format.suffix.empty() ? "" : ", ", format.suffix), format.description);
    text += fmt::format("\n{}\n{}", examples, exit_codes);
    return text;
}

std::string metrics_text() {
    std::string text;
    for (const auto& info : metric_catalogue()) {
        const auto better = info.better == Better::neither ? "" : fmt::format(", {} is better", better_name(info.better));
        text += definition(info.key, fmt::format("{} ({}{})", info.meaning, unit_name(info.unit), better));
    }
    return text;
}

}  // namespace perfwrap
