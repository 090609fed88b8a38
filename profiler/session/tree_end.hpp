// When which signal goes to a tree that has to end: SIGTERM, and after a grace period SIGKILL, over and over until nobody is
// left, since what is killed may have forked a moment before. Decides only.
#pragma once

#include <algorithm>
#include <cstdint>

namespace perfwrap {

class TreeEnd {
public:
    static constexpr std::uint64_t never = ~std::uint64_t{0};
    static constexpr std::uint64_t grace_ns = 5'000'000'000;

    enum class Step : std::uint8_t {
        wait,
        terminate,  // SIGTERM; and SIGCONT, so that what is stopped can act on it
        kill,       // SIGKILL
    };

    // The end begins at that moment; a second one changes nothing, but can bring it forward.
    void begin_at(std::uint64_t moment_ns) {
        if (!terminated_) next_ns_ = std::min(next_ns_, moment_ns);
    }

    // What to do now; each step is given once.
    Step due(std::uint64_t now_ns) {
        if (now_ns < next_ns_) return Step::wait;
        if (!terminated_) {
            terminated_ = true;
            next_ns_ = now_ns + grace_ns;
            return Step::terminate;
        }
        // Dense at first, to be faster than what forks; what waits for its disk or is another user's dies when it dies.
        next_ns_ = now_ns + std::min(longest_between_kills_ns, kills_++ * 50'000);
        return Step::kill;
    }

    // When the next step is due.
    std::uint64_t next_ns() const { return next_ns_; }

private:
    static constexpr std::uint64_t longest_between_kills_ns = 100'000'000;

    std::uint64_t next_ns_ = never;
    bool terminated_ = false;
    std::uint64_t kills_ = 0;
};

}  // namespace perfwrap
