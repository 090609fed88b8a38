// What a probe could not see of a run, counted by kind. Which numbers each kind leaves in doubt is for summarize() to say.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace perfwrap {

enum class Loss : std::uint8_t {
    unfollowed_processes,
    unwatched_reapings,
    unread_teardowns,
    untracked_spaces,
    unbalanced_spaces,
    unraised_maxima,
    skipped_programs,
    inconsistent_views,
    process_rows,
    malformed_records,
    timeline_gaps,
    impossible_times,
    unseen_command,
};

inline constexpr std::size_t loss_count = static_cast<std::size_t>(Loss::unseen_command) + 1;

class Losses {
public:
    std::uint64_t& operator[](Loss loss) { return counts_.at(static_cast<std::size_t>(loss)); }
    std::uint64_t operator[](Loss loss) const { return counts_.at(static_cast<std::size_t>(loss)); }

    Losses& operator+=(const Losses& more) {
        for (std::size_t i = 0; i < loss_count; ++i) counts_.at(i) += more.counts_.at(i);
        return *this;
    }

    std::uint64_t total() const {
        std::uint64_t sum = 0;
        for (const auto count : counts_) sum += count;
        return sum;
    }

    bool operator==(const Losses&) const = default;

private:
    std::array<std::uint64_t, loss_count> counts_{};
};

}  // namespace perfwrap
