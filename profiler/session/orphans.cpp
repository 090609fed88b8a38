#include "profiler/session/orphans.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "probes/system/clock.hpp"

namespace perfwrap {

bool end_tree(Probe& probe, TreeEnd& end, std::uint64_t now_ns) {
    const auto step = end.due(now_ns);
    if (step == TreeEnd::Step::wait) return true;
    bool signalled = false;
    bool refused = false;
    for (const auto& process : probe.alive()) {
        const bool done = kill(process.pid, step == TreeEnd::Step::kill ? SIGKILL : SIGTERM) == 0 || errno == ESRCH;
        (done ? signalled : refused) = true;
        if (step == TreeEnd::Step::terminate) kill(process.pid, SIGCONT);
    }
    return signalled || !refused;
}

// Whoever forks faster than a procfs probe looks is not seen at every look.
void kill_orphans(Probe& probe, TreeEnd& end, const Wait& wait) {
    constexpr int looks_for_nobody = 5;
    end.begin_at(monotonic_ns());
    for (int unseen = 0; unseen < looks_for_nobody; ++unseen) {
        const bool seen = !probe.alive().empty();
        if (!seen && unseen == 0) return;  // nor at any time before
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
    for (const auto& process : left) names.push_back(fmt::format("{} ({})", process.name, process.pid));
    return names;
}

}  // namespace perfwrap
