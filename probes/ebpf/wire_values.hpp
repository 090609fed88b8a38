// Values from the kernel side: reads them from a map, adds them up, splits their CPU time.
#pragma once

#include <bpf/bpf.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "probes/bpf/wire.h"

namespace perfwrap {

inline wire_usage& operator+=(wire_usage& sum, const wire_usage& more) {
    sum.runtime_ns += more.runtime_ns;
    sum.user_tick_ns += more.user_tick_ns;
    sum.system_tick_ns += more.system_tick_ns;
    sum.run_delay_ns += more.run_delay_ns;
    sum.minor_faults += more.minor_faults;
    sum.major_faults += more.major_faults;
    sum.voluntary_switches += more.voluntary_switches;
    sum.involuntary_switches += more.involuntary_switches;
    sum.syscall_read_bytes += more.syscall_read_bytes;
    sum.syscall_written_bytes += more.syscall_written_bytes;
    sum.storage_read_bytes += more.storage_read_bytes;
    sum.storage_written_bytes += more.storage_written_bytes;
    return sum;
}

// Of a difference in two's complement.
inline std::uint64_t at_least_zero(std::uint64_t difference) {
    return static_cast<std::int64_t>(difference) < 0 ? 0 : difference;
}

struct CpuSplit {
    std::uint64_t user_ns;
    std::uint64_t system_ns;
};

inline CpuSplit split_of(const wire_usage& used) {
    const std::uint64_t system_ns = wire_system_ns(used.runtime_ns, used.user_tick_ns, used.system_tick_ns);
    return {used.runtime_ns - system_ns, system_ns};
}

// Calls visit(const Value&) for all values of a hash map with 8-byte keys. False: the kernel did not return all of them.
template <class Value, class Visit>
bool for_each_value(int map, Visit visit) {
    std::vector<std::uint64_t> keys(128);
    std::vector<Value> values(keys.size());
    std::uint64_t position = 0;
    bool first = true;
    int error = 0;
    while (error == 0) {
        LIBBPF_OPTS(bpf_map_batch_opts, options);
        auto count = static_cast<__u32>(keys.size());
        error = bpf_map_lookup_batch(map, first ? nullptr : &position, &position, keys.data(), values.data(), &count, &options);
        if (error != 0 && error != -ENOENT) return false;
        first = false;
        for (__u32 i = 0; i < count; ++i) visit(values[i]);
    }
    return true;
}

// For a hash map with 8-byte keys, from which the kernel side may remove some meanwhile. most: a bound, for a map that stays
// full.
inline void delete_all_keys(int map, std::size_t most) {
    std::uint64_t key = 0;
    for (std::size_t i = 0; i < most && bpf_map_get_next_key(map, nullptr, &key) == 0; ++i) bpf_map_delete_elem(map, &key);
}

}  // namespace perfwrap
