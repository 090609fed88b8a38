#include "probes/recording/program_totals.hpp"

#include <algorithm>
#include <tuple>

namespace perfwrap {

void ProgramUse::add(const ProgramUse& more) {
    processes += more.processes;
    cpu_ns += more.cpu_ns;
    rss_peak_bytes = std::max(rss_peak_bytes, more.rss_peak_bytes);
}

void ProgramTotals::add(std::string_view program, const ProgramUse& used) {
    program = program.substr(0, longest_name);
    if (const auto known = programs_.find(program); known != programs_.end())
        known->second.add(used);
    else if (programs_.size() < most_programs)
        programs_.emplace(program, used);
    else
        others_.add(used);
}

std::vector<ProgramTotal> ProgramTotals::sorted() const {
    std::vector<ProgramTotal> totals;
    totals.reserve(programs_.size());
    for (const auto& [program, used] : programs_) totals.push_back({program, used});
    const auto costs_more = [](const ProgramTotal& a, const ProgramTotal& b) {
        return std::tuple{a.used.cpu_ns, a.used.rss_peak_bytes} > std::tuple{b.used.cpu_ns, b.used.rss_peak_bytes};
    };
    std::ranges::stable_sort(totals, costs_more);
    return totals;
}

}  // namespace perfwrap
