// The modes that can measure on this host, and a check of their counts.
#pragma once

#include <catch2/catch.hpp>

#include "preconditions.hpp"
#include "run_perfwrap.hpp"

namespace perfwrap::test {

inline Words usable_sources() {
    const auto reason = no_ebpf();
    if (!reason) return {"procfs", "ebpf"};
    WARN("only through procfs: " + *reason);
    return {"procfs"};
}

// In eBPF mode.
inline void check_counts(const Measured& measured) {
    CHECK(measured.result.at("measurement").at("lost_events") == 0);
    for (const auto* key : {"processes_started", "processes_peak", "threads_started", "threads_peak"}) {
        CAPTURE(key);
        if (measured.truth.contains(key)) CHECK(measured.metric(key) == measured.truth.at(key).get<double>());
    }
}

}  // namespace perfwrap::test
