// How far the kernel's memory counters lag behind what the CPUs have counted.
#pragma once

#include <algorithm>
#include <cstdint>

namespace perfwrap {

int online_cpus();

// By how many pages a CPU's part of a process's memory counter may differ from what the kernel has added up: its batch for
// struct percpu_counter (lib/percpu_counter.c), which depends on the online CPUs, whatever perfwrap itself may use.
constexpr std::int64_t counter_batch_pages(int online_cpus) { return std::max<std::int64_t>(32, std::int64_t{2} * online_cpus); }

// A CPU's part of a counter is followed in eBPF mode once it has moved by this many pages, unless every change is. The part can
// move by nearly two batches before the kernel adds it up.
constexpr std::int64_t followed_step_pages = 32;

}  // namespace perfwrap
