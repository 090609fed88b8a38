#include "profiler/session/orphans.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <set>

#include "probes/system/clock.hpp"

namespace perfwrap {

bool end_tree(Probe& probe, TreeEnd& end, std::uint64_t now_ns) {
    const auto step = end.due(now_ns);
    if (step == TreeEnd::Step::wait) return true;
    // A process that keeps forking and exiting can only be killed by a pass that comes right after a fork.
    const int passes = step == TreeEnd::Step::kill ? 50 : 1;
    std::set<int> signalled;
    std::set<int> refused;
    for (int pass = 0; pass < passes; ++pass) {
        const auto known = signalled.size() + refused.size();
        for (const auto& process : probe.alive()) {
            if (signalled.contains(process.pid) || refused.contains(process.pid)) continue;
            const bool done = kill(process.pid, step == TreeEnd::Step::kill ? SIGKILL : SIGTERM) == 0 || errno == ESRCH;
            (done ? signalled : refused).insert(process.pid);
            if (step == TreeEnd::Step::terminate) kill(process.pid, SIGCONT);
        }
        if (signalled.size() + refused.size() == known) break;  // no new process
    }
    return !signalled.empty() || refused.empty();
}

// Processes that fork faster than a procfs probe lists them are sometimes missed, but each of them ends as a child of perfwrap.
void kill_orphans(Probe& probe, TreeEnd& end, const std::uint64_t& orphans_ended, const Wait& wait) {
    constexpr int passes_without_processes = 5;
    end.begin_at(monotonic_ns());
    std::uint64_t known_to_have_ended = 0;
    for (int unseen = 0; unseen < passes_without_processes; ++unseen) {
        const bool seen = !probe.alive().empty() || orphans_ended != known_to_have_ended;
        known_to_have_ended = orphans_ended;
        if (!seen && unseen == 0) return;  // there was none to begin with
        if (seen && !end_tree(probe, end, monotonic_ns())) return;
        if (seen) unseen = 0;
        wait(std::min(end.next_ns(), monotonic_ns() + 20'000'000));
    }
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

}  // namespace perfwrap
