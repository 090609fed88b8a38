// Decides when to send which signal to a tree that has to end: SIGTERM, and after a grace period SIGKILL, again and again until
// no process is left, since a killed process may have forked a moment before. What SIGKILL does not end is given up after a
// while.
#pragma once

#include <algorithm>
#include <cstdint>

namespace perfwrap {

class TreeEnd {
public:
    static constexpr std::uint64_t never = ~std::uint64_t{0};
    static constexpr std::uint64_t grace_ns = 5'000'000'000;
    static constexpr std::uint64_t patience_ns = 10'000'000'000;

    enum class Step : std::uint8_t {
        wait,
        terminate,  // SIGTERM; and SIGCONT, so that what is stopped can act on it
        kill,       // SIGKILL
        give_up,    // from here on: nothing
    };

    // The tree has to end from that moment on. A second call can only bring the moment forward.
    void begin_at(std::uint64_t moment_ns) {
        if (!terminated_) next_ns_ = std::min(next_ns_, moment_ns);
    }

    // Somebody cannot wait: the next of SIGTERM, SIGKILL and giving up comes now.
    void hurry(std::uint64_t now_ns) {
        if (kills_ > 0) give_up_ns_ = std::min(give_up_ns_, now_ns);
        next_ns_ = std::min(next_ns_, now_ns);
    }

    // What to do now. Each step is returned once, except for the last.
    Step due(std::uint64_t now_ns) {
        if (now_ns >= give_up_ns_) {
            gave_up_ = true;
            next_ns_ = never;
            return Step::give_up;
        }
        if (now_ns < next_ns_) return Step::wait;
        if (!terminated_) {
            terminated_ = true;
            next_ns_ = now_ns + grace_ns;
            return Step::terminate;
        }
        if (kills_ == 0) give_up_ns_ = now_ns + patience_ns;
        // Often at first, to outrun processes that fork. Later less often: what is left waits for a disk or is another user's.
        next_ns_ = now_ns + kills_++ * 50'000;
        return Step::kill;
    }

    // When the next step is due.
    std::uint64_t next_ns() const { return next_ns_; }

    bool has_killed() const { return kills_ > 0; }
    bool gave_up() const { return gave_up_; }

private:
    std::uint64_t next_ns_ = never;
    std::uint64_t give_up_ns_ = never;
    bool terminated_ = false;
    std::uint64_t kills_ = 0;
    bool gave_up_ = false;
};

}  // namespace perfwrap
