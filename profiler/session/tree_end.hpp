// Decides when to send which signal to a tree that has to end: SIGTERM, and after a grace period SIGKILL, again and again until
// no process is left, since a killed process may have forked a moment before.
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

    // The tree has to end from that moment on. A second call can only bring the moment forward.
    void begin_at(std::uint64_t moment_ns) {
        if (!terminated_) next_ns_ = std::min(next_ns_, moment_ns);
    }

    // What to do now. Each step is returned once.
    Step due(std::uint64_t now_ns) {
        if (now_ns < next_ns_) return Step::wait;
        if (!terminated_) {
            terminated_ = true;
            next_ns_ = now_ns + grace_ns;
            return Step::terminate;
        }
        // Often at first, to outrun processes that fork. Later less often: what is left waits for a disk or is another user's.
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
