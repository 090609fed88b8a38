#include "profiler/doctor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "profiler/obstacles.hpp"
#include "profiler/plan.hpp"
#include "profiler/text.hpp"

namespace perfwrap {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t screen_columns = 80;

std::vector<std::string> remedies(const HostFacts& facts) {
    std::vector<std::string> list;
    for (const auto& obstacle : {ebpf_obstacle(facts), procfs_obstacle(facts), cgroup_obstacle(facts)})
        if (obstacle && std::ranges::find(list, obstacle->remedy) == list.end()) list.push_back(obstacle->remedy);
    return list;
}

// Metrics that are had in the same way, or lack for the same reason, with what there is to say of them.
struct Group {
    int rank;
    std::string title;
    std::string keys;
};

std::vector<Group> grouped(const Plan& plan) {
    std::vector<Group> groups;
    for (const auto& info : metric_catalogue()) {
        const auto& how = plan[info.metric];
        const auto& remark = how.measured ? how.note : how.reason;
        const auto verdict = how.measured ? accuracy_text(how) : "not measured";
        const auto title = remark.empty() ? std::string{verdict} : fmt::format("{}: {}", verdict, remark);
        auto group = std::ranges::find(groups, title, &Group::title);
        if (group == groups.end())
            group = groups.insert(groups.end(), {how.measured ? static_cast<int>(how.accuracy) : 9, title, ""});
        group->keys.append(group->keys.empty() ? "" : " ").append(info.key);
    }
    std::ranges::stable_sort(groups, {}, &Group::rank);
    return groups;
}

std::string status_line(std::string_view what, const std::optional<Obstacle>& obstacle, std::string_view if_open) {
    constexpr std::size_t indent = 10;
    const auto says = obstacle ? "no: " + obstacle->why : fmt::format("yes{}", if_open);
    return fmt::format("{:<{}}{}\n", what, indent, wrap(says, screen_columns, indent));
}

std::string_view cgroup_version(CgroupMemory memory) { return memory == CgroupMemory::v1 ? "v1" : "v2"; }

Json obstacle_json(const std::optional<Obstacle>& obstacle) {
    return {{"available", !obstacle.has_value()}, {"reason", obstacle ? Json(obstacle->why) : Json()}};
}

Json metric_json(const MetricPlan& how) {
    if (!how.measured) return {{"measured", false}, {"reason", how.reason}};
    return {{"measured", true}, {"source", source_name(how.source)}, {"accuracy", accuracy_text(how)}, {"note", how.note}};
}

}  // namespace

std::string doctor_text(const HostFacts& facts) {
    const auto plan = make_plan(facts, {});
    std::string text = fmt::format("{}: Linux {}, {} CPUs, {:.1f} GiB of memory\n\n", facts.hostname, facts.kernel, facts.cpus,
                                   static_cast<double>(facts.memory_bytes) / (1024.0 * 1024.0 * 1024.0));
    const bool uses_ebpf = plan && plan->mode == Mode::ebpf;
    text += status_line("eBPF", ebpf_obstacle(facts), ", and used unless told otherwise");
    text += status_line("procfs", procfs_obstacle(facts), uses_ebpf ? ", with --source procfs" : ", and used");
    text += status_line("cgroup", cgroup_obstacle(facts), fmt::format(" ({}), with --cgroup", cgroup_version(facts.cgroup_memory)));
    if (plan)
        for (const auto& group : grouped(*plan))
            text += fmt::format("\n{}\n  {}\n", wrap(group.title, screen_columns, 0), wrap(group.keys, screen_columns, 2));
    else
        text += fmt::format("\nNothing can be measured here.\n");
    const auto list = remedies(facts);
    if (!list.empty()) text += "\nTo unlock more:\n";
    for (const auto& remedy : list) text += fmt::format("  {}\n", remedy);
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
        for (const auto& info : metric_catalogue()) document["metrics"][std::string{info.key}] = metric_json((*plan)[info.metric]);
    document["modes"] = {{"ebpf", obstacle_json(ebpf_obstacle(facts))}, {"procfs", obstacle_json(procfs_obstacle(facts))}};
    document["remedies"] = remedies(facts);
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace perfwrap
