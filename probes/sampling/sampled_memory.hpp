// Maximum and integral of a quantity of memory that is sampled. Between two samples it is taken to change linearly.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "probes/recording/recording.hpp"

namespace perfwrap {

class SampledMemory {
public:
    // Samples come in order of time.
    void add(std::uint64_t at_ns, std::uint64_t bytes) {
        raise_peak(bytes);
        if (seen_ && at_ns > at_ns_) {
            const double seconds = static_cast<double>(at_ns - at_ns_) / 1e9;
            total_.byte_seconds += (static_cast<double>(bytes_) + static_cast<double>(bytes)) / 2 * seconds;
            total_.observed_seconds += seconds;
        }
        at_ns_ = seen_ ? std::max(at_ns_, at_ns) : at_ns;
        bytes_ = bytes;
        seen_ = true;
    }

    // The last sample is taken to be valid until then.
    void hold_until(std::uint64_t end_ns) {
        if (seen_) add(end_ns, bytes_);
    }

    // The quantity is known to have been this large at some moment between samples.
    void raise_peak(std::uint64_t bytes) { total_.peak_bytes = std::max(total_.peak_bytes, bytes); }

    double byte_seconds() const { return total_.byte_seconds; }

    std::uint64_t peak_bytes() const { return total_.peak_bytes; }

    // Empty: there was no sample, or all samples were zero, which no live process has. If only the peak is known, the time over
    // which it was observed is zero.
    std::optional<MemoryOverTime> total() const {
        if (total_.peak_bytes == 0) return std::nullopt;
        auto total = total_;
        if (total.byte_seconds <= 0) total.observed_seconds = 0;
        return total;
    }

private:
    bool seen_ = false;
    std::uint64_t at_ns_ = 0;
    std::uint64_t bytes_ = 0;
    MemoryOverTime total_;
};

}  // namespace perfwrap
