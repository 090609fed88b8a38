#include "profiler/plan/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "exporters/text/accuracy_text.hpp"
#include "exporters/text/text.hpp"
#include "profiler/plan/obstacles.hpp"
#include "profiler/plan/plan.hpp"

namespace perfwrap {
namespace {

using Json = nlohmann::ordered_json;

constexpr int screen_columns = 80;
constexpr int label_columns = 10;

struct Remedy {
    std::string_view key;
    std::string_view unlocks;
    std::string action;
};

std::vector<Remedy> remedies(const HostFacts& facts) {
    std::vector<Remedy> list;
    const auto add = [&](std::string_view key, std::string_view unlocks, const std::optional<Obstacle>& obstacle) {
        if (obstacle) list.push_back({key, unlocks, obstacle->remedy});
    };
    add("ebpf", "eBPF", ebpf_obstacle(facts));
    add("procfs", "procfs", procfs_obstacle(facts));
    add("cgroup", "cgroup", cgroup_obstacle(facts));
    return list;
}

// Metrics that are measured the same way, or missing for the same reason.
struct Group {
    int rank;
    std::string title;
    std::string keys;
};

// How a metric is measured: without options, or else with one.
Group how_measured(const HostFacts& facts, Metric metric) {
    struct Wish {
        std::string_view condition;
        PlanOptions options;
    };
    constexpr int ranks_per_wish = 3;  // one for each kind of accuracy
    int rank = 0;
    for (const auto& wish :
         {Wish{"", {}}, Wish{", with --cgroup", {.cgroup = true}}, Wish{", with --exact-memory", {.exact_memory = true}}}) {
        if (const auto plan = make_plan(facts, wish.options); plan && (*plan)[metric].measured) {
            const auto& how = (*plan)[metric];
            const auto remark = how.note.empty() ? "" : ": " + how.note;
            return {rank + static_cast<int>(how.accuracy.kind),
                    fmt::format("{}{}{}", accuracy_text(how.accuracy), wish.condition, remark), ""};
        }
        rank += ranks_per_wish;
    }
    const auto absence = (*make_plan(facts, {}))[metric].absence;
    return {rank, absence.lacking.empty() ? "not measured: " + absence.reason : "not measured without " + absence.lacking, ""};
}

std::vector<Group> grouped(const HostFacts& facts) {
    std::vector<Group> groups;
    for (const auto& info : metric_catalogue()) {
        auto its = how_measured(facts, info.metric);
        auto group = std::ranges::find(groups, its.title, &Group::title);
        if (group == groups.end()) group = groups.insert(groups.end(), std::move(its));
        group->keys.append(group->keys.empty() ? "" : " ").append(info.key);
    }
    std::ranges::stable_sort(groups, {}, &Group::rank);
    return groups;
}

std::string status_line(std::string_view what, const std::optional<Obstacle>& obstacle, std::string_view if_open) {
    const auto says = obstacle ? "no: " + obstacle->why : fmt::format("yes{}", if_open);
    return fmt::format("{:<{}}{}\n", what, label_columns, wrap(printable(says, true), screen_columns, label_columns));
}

std::string_view cgroup_version(CgroupMemory memory) { return memory == CgroupMemory::v1 ? "v1" : "v2"; }

Json obstacle_json(const std::optional<Obstacle>& obstacle) {
    return {{"available", !obstacle.has_value()}, {"reason", obstacle ? Json(obstacle->why) : Json()}};
}

Json metric_json(const MetricPlan& how) {
    if (!how.measured) return {{"measured", false}, {"reason", how.absence.reason}};
    return {
        {"measured", true}, {"source", source_name(how.source)}, {"accuracy", accuracy_text(how.accuracy)}, {"note", how.note}};
}

}  // namespace

std::string doctor_text(const HostFacts& facts) {
    const auto plan = make_plan(facts, {});
    std::string text = fmt::format("{}: Linux {}, {} CPUs, {:.1f} GiB of memory\n\n", printable(facts.hostname, true),
                                   printable(facts.kernel, true), facts.cpus,
                                   static_cast<double>(facts.memory_bytes) / (1024.0 * 1024.0 * 1024.0));
    const bool uses_ebpf = plan && plan->mode == Mode::ebpf;
    text += status_line("eBPF", ebpf_obstacle(facts), ", and used by default");
    text += status_line("procfs", procfs_obstacle(facts), uses_ebpf ? ", with --source procfs" : ", and used");
    text +=
        status_line("cgroup", cgroup_obstacle(facts), fmt::format(" ({}), with --cgroup", cgroup_version(facts.cgroup_memory)));
    if (plan)
        for (const auto& group : grouped(facts))
            text += fmt::format("\n{}\n  {}\n", wrap(group.title, screen_columns, 0), wrap(group.keys, screen_columns, 2));
    else
        text += "\nNothing can be measured here.\n";
    const auto list = remedies(facts);
    if (!list.empty()) text += "\nTo unlock more:\n";
    for (const auto& remedy : list) text += fmt::format("{:<{}}{}\n", remedy.unlocks, label_columns, remedy.action);
    return text;
}

std::string doctor_json(const HostFacts& facts) {
    const auto plan = make_plan(facts, {});
    Json document;
    document["schema"] = "perfwrap-doctor/1";
    document["host"] = {{"hostname", facts.hostname},
                        {"kernel", facts.kernel},
                        {"cpu_model", facts.cpu_model},
                        {"cpus", facts.cpus},
                        {"memory_bytes", facts.memory_bytes}};
    document["mode"] = plan ? Json(mode_name(plan->mode)) : Json();
    document["metrics"] = Json::object();
    if (plan)
        for (const auto& info : metric_catalogue())
            document["metrics"][std::string{info.key}] = metric_json((*plan)[info.metric]);
    document["modes"] = {{"ebpf", obstacle_json(ebpf_obstacle(facts))}, {"procfs", obstacle_json(procfs_obstacle(facts))}};
    auto& actions = document["remedies"] = Json::array();
    auto& unlocked = document["remedy_for"] = Json::object();
    for (const auto& remedy : remedies(facts)) {
        unlocked[std::string{remedy.key}] = remedy.action;
        if (std::find(actions.begin(), actions.end(), remedy.action) == actions.end()) actions.push_back(remedy.action);
    }
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace perfwrap
