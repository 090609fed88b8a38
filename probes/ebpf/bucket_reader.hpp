// Takes the timeline of the resident sum out of the ring of buckets that the kernel side fills: plain arithmetic over mapped
// counters.
#pragma once

#include <cstdint>

#include "probes/bpf/wire.h"
#include "probes/recording/timeline.hpp"

namespace perfwrap {

// The buckets come in order and without gaps, from the exec on, and contain no CPU time or process counts. Their integral is that
// of the kernel side's own account of the sum, however late they are read: where the ring was overwritten meanwhile, one long
// bucket brings the two together again.
class BucketReader {
public:
    BucketReader(wire_bucket* ring, std::uint64_t interval_ns, std::uint64_t page_bytes)
        : ring_(ring), interval_ns_(interval_ns), page_bytes_(page_bytes) {}

    // Calls visit(const TimelineBucket&) for each bucket between the last call and now_ns; the last one is cut there when
    // `closing`. memory: what the kernel side keeps beside the ring. exec_ns: where bucket 0 begins.
    template <class Visit>
    void read(const wire_memory& memory, std::uint64_t exec_ns, std::uint64_t now_ns, bool closing, Visit visit) {
        if (now_ns <= exec_ns) return;
        exec_ns_ = exec_ns;
        const std::uint64_t end_ns = now_ns - exec_ns;
        const std::uint64_t current = end_ns / interval_ns_;
        while (covered_ns_ / interval_ns_ < current) visit(next(memory, current, end_ns));
        if (closing && covered_ns_ < end_ns) visit(last(memory, end_ns));
    }

    // How often the ring was overwritten before it was read.
    std::uint64_t gaps() const { return gaps_; }

    // The present sum.
    double held_bytes() const { return static_cast<double>(sum_pages_) * static_cast<double>(page_bytes_); }

private:
    // What was added to one bucket of the ring.
    struct Part {
        std::int64_t change = 0;
        std::int64_t area = 0;
        std::int64_t maximum = 0;
    };

    wire_bucket& at(std::uint64_t number) const { return ring_[number & (WIRE_BUCKETS - 1)]; }
    Part collect(std::uint64_t number);
    static Part collect(wire_bucket& bucket);
    std::uint64_t end_of_next(std::uint64_t current) const;
    bool is_overwritten(const wire_memory& memory) const;
    bool has_strays(std::uint64_t current) const;
    TimelineBucket next(const wire_memory& memory, std::uint64_t current, std::uint64_t now_ns);
    TimelineBucket last(const wire_memory& memory, std::uint64_t end_ns);
    std::int64_t take(std::uint64_t number, std::uint64_t end_ns);
    TimelineBucket take_gap(const wire_memory& memory, std::uint64_t now_ns, std::int64_t maximum);
    TimelineBucket bucket_until(std::uint64_t end_ns, std::int64_t maximum);

    wire_bucket* ring_;
    std::uint64_t interval_ns_;
    std::uint64_t page_bytes_;
    std::uint64_t exec_ns_ = 0;
    std::uint64_t covered_ns_ = 0;  // since the exec: where the last bucket ended
    std::int64_t sum_pages_ = 0;    // then
    // Integrals in page nanoseconds: of what has been returned, and of what has not.
    double returned_ = 0;
    double owed_ = 0;
    std::uint64_t overwritten_ = 0;  // the kernel side's count, as far as it has been dealt with
    std::uint64_t gaps_ = 0;
};

}  // namespace perfwrap
