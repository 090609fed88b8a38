#include "probes/recording/family.hpp"

#include <optional>
#include <unordered_map>

namespace perfwrap {
namespace {

class Family {
public:
    explicit Family(const std::vector<ProcessFacts>& rows) : rows_(rows) {
        for (std::size_t i = 0; i < rows.size(); ++i) by_pid_.emplace(rows[i].pid, i);
    }

    // Pids are used again: of several processes, the latest that was there when the child started.
    std::optional<std::size_t> parent_of(std::size_t child) const {
        std::optional<std::size_t> parent;
        const auto [first, last] = by_pid_.equal_range(rows_[child].parent_pid);
        for (auto each = first; each != last; ++each) {
            const auto start_ns = rows_[each->second].start_ns;
            if (each->second == child || start_ns > rows_[child].start_ns) continue;
            if (!parent || start_ns > rows_[*parent].start_ns) parent = each->second;
        }
        return parent;
    }

    // The row and its ancestors, up to one that is chosen already. Empty: not all of them are there, or they are too many.
    std::vector<std::size_t> line_of(std::size_t row, const std::vector<bool>& chosen, std::size_t most) const {
        std::vector<std::size_t> line;
        for (std::optional next = row; next; next = parent_of(*next)) {
            if (chosen[*next]) return line;
            if (line.size() == most) return {};
            line.push_back(*next);
            if (!rows_[*next].parent_in_tree) return line;
        }
        return {};
    }

private:
    const std::vector<ProcessFacts>& rows_;
    std::unordered_multimap<int, std::size_t> by_pid_;
};

}  // namespace

std::vector<ProcessFacts> with_ancestors(const std::vector<ProcessFacts>& rows, std::size_t limit) {
    const Family family(rows);
    std::vector<bool> chosen(rows.size());
    std::size_t count = 0;
    for (std::size_t i = 0; i < rows.size() && count < limit; ++i) {
        const auto line = family.line_of(i, chosen, limit - count);
        for (const auto each : line) chosen[each] = true;
        count += line.size();
    }
    std::vector<ProcessFacts> result;
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (chosen[i]) result.push_back(rows[i]);
    return result;
}

}  // namespace perfwrap
