#include "probes/host/memory_hierarchy.hpp"

#include <algorithm>

namespace perfwrap {
namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    while (!text.empty()) {
        const auto end = std::min(text.find(separator), text.size());
        parts.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return parts;
}

bool contains(const std::vector<std::string_view>& words, std::string_view word) {
    return std::ranges::find(words, word) != words.end();
}

// mountinfo escapes blanks, tabs, newlines and backslashes as \ooo.
std::string unescape(std::string_view text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto digits = text.substr(i, 4);
        const auto octal = [](char c) { return c >= '0' && c <= '7'; };
        if (digits.size() == 4 && digits[0] == '\\' && std::ranges::all_of(digits.substr(1), octal)) {
            plain += static_cast<char>((digits[1] - '0') * 64 + (digits[2] - '0') * 8 + (digits[3] - '0'));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

struct Mount {
    std::string root;
    std::string point;
};

// controller: of version 1; "" is version 2.
std::vector<Mount> mounts_of(std::string_view mountinfo, std::string_view controller) {
    std::vector<Mount> mounts;
    for (const auto line : split(mountinfo, '\n')) {
        const auto words = split(line, ' ');
        const auto dash = std::ranges::find(words, std::string_view{"-"});
        if (words.size() < 6 || words.end() - dash < 4) continue;
        const auto type = dash[1];
        const bool fits = controller.empty() ? type == "cgroup2" : type == "cgroup" && contains(split(dash[3], ','), controller);
        if (fits) mounts.push_back({unescape(words[3]), unescape(words[4])});
    }
    return mounts;
}

std::optional<std::string> directory_under(const Mount& mount, const std::string& path) {
    const std::string root = mount.root == "/" ? "" : mount.root;
    if (!path.starts_with(root) || path.find("/..") != std::string::npos) return std::nullopt;
    const auto below = path.substr(root.size());
    if (below.empty() || below == "/") return mount.point;
    if (below.front() != '/') return std::nullopt;
    return mount.point + below;
}

// Lines are "ID:CONTROLLERS:PATH"; v2 has the ID 0 and no controllers. A path may contain colons.
std::optional<std::string> own_path(std::string_view cgroup, std::string_view controller) {
    for (const auto line : split(cgroup, '\n')) {
        const auto first = line.find(':');
        if (first == std::string_view::npos) continue;
        const auto second = line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const auto controllers = line.substr(first + 1, second - first - 1);
        const bool fits = controller.empty() ? line.substr(0, first) == "0" : contains(split(controllers, ','), controller);
        if (fits) return std::string{line.substr(second + 1)};
    }
    return std::nullopt;
}

std::string_view memory_controller(CgroupMemory version) { return version == CgroupMemory::v1 ? "memory" : ""; }

}  // namespace

std::optional<std::string> path_of_cgroup(std::string_view cgroup, CgroupMemory version) {
    return own_path(cgroup, memory_controller(version));
}

std::optional<MemoryHierarchy> find_memory_hierarchy(std::string_view mountinfo, std::string_view cgroup) {
    for (const auto version : {CgroupMemory::v1, CgroupMemory::v2}) {
        const auto controller = memory_controller(version);
        const auto mounts = mounts_of(mountinfo, controller);
        const auto path = own_path(cgroup, controller);
        if (mounts.empty() || !path) continue;
        for (const auto& mount : mounts)
            if (auto directory = directory_under(mount, *path))
                return MemoryHierarchy{version, mount.point, std::move(directory)};
        return MemoryHierarchy{version, mounts.front().point, std::nullopt};
    }
    return std::nullopt;
}

std::optional<CgroupDirectory> directory_in_hierarchy(std::string_view mountinfo, std::string_view cgroup,
                                                      std::string_view controller) {
    const auto path = own_path(cgroup, controller);
    if (!path) return std::nullopt;
    for (const auto& mount : mounts_of(mountinfo, controller))
        if (auto directory = directory_under(mount, *path)) return CgroupDirectory{mount.point, *std::move(directory)};
    return std::nullopt;
}

std::vector<std::string> leaf_parents(const MemoryHierarchy& hierarchy, bool root) {
    std::vector<std::string> parents;
    if (const auto& own = hierarchy.own_directory) {
        if (hierarchy.version == CgroupMemory::v2 && *own != hierarchy.mount_point)
            parents.push_back(own->substr(0, own->rfind('/')));
        else
            parents.push_back(*own);
    }
    if (root && (parents.empty() || parents.front() != hierarchy.mount_point)) parents.push_back(hierarchy.mount_point);
    return parents;
}

}  // namespace perfwrap
