#include "profiler/commands/metrics.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "exporters/result/metrics.hpp"
#include "profiler/cli/help.hpp"

namespace perfwrap {
namespace {

using Json = nlohmann::ordered_json;

std::string metrics_json() {
    Json metrics = Json::array();
    for (const auto& info : metric_catalogue())
        metrics.push_back({{"key", info.key},
                           {"unit", unit_name(info.unit)},
                           {"meaning", info.meaning},
                           {"better", info.better == Better::neither ? Json() : Json(better_name(info.better))}});
    return Json{{"schema", "perfwrap-metrics/1"}, {"metrics", metrics}}.dump(2) + "\n";
}

}  // namespace

int metrics_command(const MetricsOptions& options) {
    fmt::print("{}", options.json ? metrics_json() : metrics_text());
    return 0;
}

}  // namespace perfwrap
