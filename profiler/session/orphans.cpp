#include "profiler/session/orphans.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <set>

#include "probes/host/frozen_cgroup.hpp"
#include "probes/system/clock.hpp"
#include "probes/system/proc_files.hpp"

namespace perfwrap {

namespace {

bool is_among(const std::vector<LiveProcess>& processes, int pid) {
    return std::ranges::find(processes, pid, &LiveProcess::pid) != processes.end();
}

char state_of(int pid) {
    auto proc = ProcFs::open("/proc");
    const auto stat = proc ? proc->stat(pid) : tl::unexpected(Unreadable::gone);
    return stat ? stat->state : '?';
}

std::optional<std::string> thaw(int pid, const std::vector<LiveProcess>& living) {
    return thaw_cgroups_of(pid, [&](pid_t member) { return is_among(living, member); });
}

}  // namespace

bool end_tree(Probe& probe, TreeEnd& end, std::uint64_t now_ns, NamesByPid& signalled) {
    const auto step = end.due(now_ns);
    if (step == TreeEnd::Step::wait) return true;
    if (step == TreeEnd::Step::give_up) return false;
    // A process that keeps forking and exiting can only be killed by a pass that comes right after a fork.
    const bool kills = step == TreeEnd::Step::kill;
    const int passes = kills ? 50 : 1;
    std::set<int> done;
    std::set<int> refused;
    for (int pass = 0; pass < passes; ++pass) {
        const auto known = done.size() + refused.size();
        const auto living = probe.alive();
        for (const auto& process : living) {
            if (done.contains(process.pid) || refused.contains(process.pid)) continue;
            const bool may = kill(process.pid, kills ? SIGKILL : SIGTERM) == 0 || errno == ESRCH;
            (may ? done : refused).insert(process.pid);
            if (may) signalled.insert_or_assign(process.pid, process.name);
            if (!kills) kill(process.pid, SIGCONT);
            // In version 1 a frozen process does not end of SIGKILL and shows as one in uninterruptible sleep.
            if (!kills || state_of(process.pid) == 'D') thaw(process.pid, living);
        }
        if (done.size() + refused.size() == known) break;  // no new process
    }
    return !done.empty() || refused.empty();
}

std::vector<std::string> kill_orphans(Probe& probe, TreeEnd& end, const std::function<bool()>& somebody_is_left,
                                      const Wait& wait) {
    NamesByPid signalled;
    end.begin_at(monotonic_ns());
    while (somebody_is_left() && end_tree(probe, end, monotonic_ns(), signalled))
        if (wait(std::min(end.next_ns(), monotonic_ns() + 20'000'000))) end.hurry(monotonic_ns());
    const auto living = probe.alive();
    std::vector<std::string> ended;
    for (const auto& [pid, name] : signalled)
        if (!is_among(living, pid)) ended.push_back(fmt::format("{} ({})", name, pid));
    return ended;
}

std::vector<std::string> names_of_orphans(Probe& probe, const Wait& wait) {
    const std::uint64_t look_until_ns = monotonic_ns() + 100'000'000;
    auto left = probe.alive();
    while (!left.empty() && monotonic_ns() < look_until_ns) {
        wait(monotonic_ns() + 10'000'000);
        left = probe.alive();
    }
    std::vector<std::string> names;
    names.reserve(left.size());
    for (const auto& process : left) names.push_back(fmt::format("{} ({})", process.name, process.pid));
    return names;
}

std::vector<std::string> states_of_survivors(Probe& probe) {
    std::vector<std::string> survivors;
    const auto living = probe.alive();
    for (const auto& process : living) {
        const auto frozen = thaw(process.pid, living);
        survivors.push_back(fmt::format("{} ({}, state {}{})", process.name, process.pid, state_of(process.pid),
                                        frozen ? ", in the frozen cgroup " + *frozen : ""));
    }
    return survivors;
}

}  // namespace perfwrap
