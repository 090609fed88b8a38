// Why a way of measuring does not work on this host, and the one thing that would change that.
#pragma once

#include <optional>
#include <string>

#include "probes/host/host_facts.hpp"

namespace perfwrap {

struct Obstacle {
    std::string why;
    std::string remedy;  // a command to type or a setting to change
};

// Empty if there is no obstacle.
std::optional<Obstacle> ebpf_obstacle(const HostFacts& facts);
std::optional<Obstacle> procfs_obstacle(const HostFacts& facts);
std::optional<Obstacle> cgroup_obstacle(const HostFacts& facts);

// "WHY (REMEDY)"
std::string explain(const Obstacle& obstacle);

}  // namespace perfwrap
