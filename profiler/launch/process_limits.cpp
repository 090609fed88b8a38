#include "profiler/launch/process_limits.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <optional>
#include <string_view>

#include "probes/system/kernel_text.hpp"
#include "probes/system/small_file.hpp"

namespace perfwrap {
namespace {

std::optional<std::uint64_t> number_in(const std::string& path) { return leading_number(read_small_file(path).value_or("")); }

// The limit of this cgroup or of one above it. In a container the path may be one outside, of which only the mount is visible.
std::string cgroup_at_its_limit(const std::string& mount, std::string path) {
    for (;; path.resize(path.rfind('/'))) {
        if (path == "/") path.clear();
        const auto file = mount + path + "/pids.max";
        const auto most = number_in(file);
        const auto present = number_in(mount + path + "/pids.current");
        if (most && present && *present >= *most)
            return fmt::format("the limit of {} processes and threads in {} is reached; raise it", *most, file);
        if (path.find('/') == std::string::npos) return {};
    }
}

// Lines are "ID:CONTROLLERS:PATH"; v2 has no controllers.
std::string any_cgroup_at_its_limit() {
    const auto cgroups = read_small_file("/proc/self/cgroup").value_or("");
    for (std::string_view rest = cgroups; !rest.empty();) {
        const auto line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(line.size() + 1, rest.size()));
        const auto first = line.find(':');
        const auto second = line.find(':', first + 1);
        if (second == std::string_view::npos) continue;
        const auto controllers = line.substr(first + 1, second - first - 1);
        if (!controllers.empty() && controllers.find("pids") == std::string_view::npos) continue;
        const auto* const mount = controllers.empty() ? "/sys/fs/cgroup" : "/sys/fs/cgroup/pids";
        if (auto limit = cgroup_at_its_limit(mount, std::string(line.substr(second + 1))); !limit.empty()) return limit;
    }
    return {};
}

}  // namespace

std::string process_limit() {
    if (auto limit = any_cgroup_at_its_limit(); !limit.empty()) return limit;
    rlimit of_user{};
    if (::getrlimit(RLIMIT_NPROC, &of_user) == 0 && of_user.rlim_cur != RLIM_INFINITY)
        return fmt::format(
            "user {} may have at most {} processes and threads; end some, or raise the limit (ulimit -u, "
            "/etc/security/limits.conf)",
            ::getuid(), of_user.rlim_cur);
    return "the limits are in /proc/sys/kernel/threads-max, /proc/sys/kernel/pid_max and the pids.max of cgroups";
}

}  // namespace perfwrap
