// How long the command was stopped, by SIGSTOP or job control.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

namespace perfwrap {

// Moments are nanoseconds of CLOCK_MONOTONIC.
class StoppedTime {
public:
    bool stopped() const { return since_ns_.has_value(); }

    void stop(std::uint64_t now_ns) {
        if (!since_ns_) since_ns_ = now_ns;
    }

    // An observer that was stopped together with the command notices the stop only when it is over: the stop began after the
    // observer was last awake.
    void go_on(std::uint64_t now_ns, std::uint64_t last_awake_ns) {
        const std::uint64_t since_ns = since_ns_.value_or(last_awake_ns);
        total_ns_ += now_ns - std::min(now_ns, since_ns);
        since_ns_.reset();
    }

    // Up to the end of the command, which may come while it is stopped.
    std::uint64_t total_ns(std::uint64_t end_ns) const {
        return total_ns_ + (since_ns_ ? end_ns - std::min(end_ns, *since_ns_) : 0);
    }

private:
    std::uint64_t total_ns_ = 0;
    std::optional<std::uint64_t> since_ns_;
};

}  // namespace perfwrap
