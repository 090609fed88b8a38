#include "profiler/summarize/warnings.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "profiler/summarize/losses.hpp"

namespace perfwrap {
namespace {

// The processes of all runs that are in this list of theirs; "" if there is none.
std::string names_of(std::span<const Recording> runs, std::vector<std::string> Recording::*list) {
    std::vector<std::string> all;
    for (const auto& run : runs) all.insert(all.end(), (run.*list).begin(), (run.*list).end());
    constexpr std::size_t named = 5;
    const auto names = fmt::format("{}", fmt::join(std::span(all).first(std::min(named, all.size())), ", "));
    return all.size() > named ? fmt::format("{} and {} more", names, all.size() - named) : names;
}

}  // namespace

std::vector<std::string> warnings_of(std::span<const Recording> runs, const Plan& plan) {
    std::vector<std::string> warnings;
    if (plan.fallback_reason) warnings.emplace_back("measured without eBPF, so less exactly (see perfwrap doctor)");
    if (const auto left = names_of(runs, &Recording::orphans); !left.empty())
        warnings.push_back(fmt::format(
            "still running after the command ended: {}; what they had used by then is counted (see --orphans)", left));
    if (const auto killed = names_of(runs, &Recording::killed); !killed.empty())
        warnings.push_back(fmt::format("ended by perfwrap after the command: {}; what they had used by then is counted", killed));
    if (const auto survivors = names_of(runs, &Recording::survivors); !survivors.empty())
        warnings.push_back(fmt::format("not even SIGKILL has ended: {}; perfwrap has given them up", survivors));
    if (const auto lost = losses_of(runs); lost.total() != 0)
        warnings.push_back(fmt::format("lost: {}; the accuracy of each number that depends on it says so", in_words(lost)));
    return warnings;
}

}  // namespace perfwrap
