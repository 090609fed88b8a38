#include "exporters/prometheus/text.hpp"

#include <fmt/format.h>

#include <iterator>

#include "exporters/text/nanoseconds.hpp"

namespace perfwrap {
namespace {

// Escapes backslashes and newlines, and in a label's value quotes as well.
std::string escaped(std::string_view text, bool quoted) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || (quoted && c == '"')) out += '\\';
        if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
    return out;
}

std::string label_list(const PrometheusLabels& labels) {
    std::string out;
    for (const auto& [name, value] : labels)
        fmt::format_to(std::back_inserter(out), "{}{}=\"{}\"", out.empty() ? "" : ",", name, escaped(value, true));
    return out.empty() ? out : fmt::format("{{{}}}", out);
}

}  // namespace

std::string prometheus_text(std::span<const PrometheusFamily> families) {
    std::string out;
    for (const auto& family : families) {
        fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} gauge\n", family.name, escaped(family.help, false));
        for (const auto& gauge : family.series)
            fmt::format_to(std::back_inserter(out), "{}{} {}\n", family.name, label_list(gauge.labels),
                           to_the_nanosecond(gauge.value));
    }
    return out;
}

}  // namespace perfwrap
