#include "exporters/registry.hpp"

#include <algorithm>
#include <array>

#include "exporters/json/result_writer.hpp"
#include "exporters/prometheus/prometheus.hpp"

namespace perfwrap {
namespace {

constexpr std::array registry{
    Exporter{"json", ".json", "everything that was measured; schema perfwrap-result/1", "nothing", format_json},
    Exporter{"prometheus", ".prom", "gauges in the text format 0.0.4, e.g. for node_exporter's textfile collector",
             "single runs, processes, the timeline, how the command ended, accuracies, and why a metric was not measured",
             format_prometheus},
};

}  // namespace

std::span<const Exporter> exporters() { return registry; }

const Exporter* find_exporter(std::span<const Exporter> rows, std::string_view name) {
    const auto row = std::ranges::find(rows, name, &Exporter::name);
    return row == rows.end() ? nullptr : &*row;
}

}  // namespace perfwrap
