#include "probes/ebpf/tree_timeline.hpp"

#include <algorithm>
#include <utility>

namespace perfwrap {

void TreeTimeline::add_memory(const wire_memory& memory, std::uint64_t exec_ns, std::uint64_t now_ns, std::uint32_t processes) {
    add_buckets(memory, exec_ns, now_ns, processes, false);
}

void TreeTimeline::close(const wire_memory& memory, std::uint64_t exec_ns, std::uint64_t end_ns, std::uint32_t processes) {
    add_buckets(memory, exec_ns, end_ns, processes, true);
    const std::uint64_t beyond_ns = timeline_.cut(end_ns, buckets_.held_bytes());
    shown_cpu_ns_ -= beyond_ns - timeline_.fill_cpu(beyond_ns, cpus_);
    end_ns_ = std::min(end_ns_, end_ns);
}

void TreeTimeline::add_buckets(const wire_memory& memory, std::uint64_t exec_ns, std::uint64_t until_ns, std::uint32_t processes,
                               bool closing) {
    if (exec_ns == 0) return;  // not yet
    if (cpu_to_ns_ == 0) cpu_to_ns_ = exec_ns;
    buckets_.read(memory, exec_ns, until_ns, closing, [&](TimelineBucket bucket) {
        bucket.processes_max = std::max(processes, last_processes_);
        end_ns_ = bucket.start_ns + bucket.length_ns;
        if (const auto began_ns = std::exchange(began_ns_, 0); began_ns != 0 && began_ns < bucket.start_ns)
            bucket = merge({.start_ns = began_ns, .length_ns = bucket.start_ns - began_ns}, bucket);
        timeline_.add(bucket);
    });
    last_processes_ = processes;
}

void TreeTimeline::add_cpu(std::uint64_t at_ns, std::uint64_t runtime_ns) {
    if (looks_++ == 0) first_look_ns_ = at_ns;
    last_look_ns_ = at_ns;
    if (end_ns_ <= cpu_to_ns_) return;
    const auto new_ns = static_cast<double>(runtime_ns - std::min(runtime_ns, shown_cpu_ns_));
    const auto span_ns = static_cast<double>(std::max(at_ns, end_ns_) - cpu_to_ns_);
    const auto share_ns = static_cast<std::uint64_t>(new_ns * (static_cast<double>(end_ns_ - cpu_to_ns_) / span_ns));
    const auto even_ns = std::min(share_ns, cpus_ * (end_ns_ - cpu_to_ns_));
    shown_cpu_ns_ += timeline_.spread_cpu(cpu_to_ns_, end_ns_, even_ns);
    shown_cpu_ns_ += timeline_.fill_cpu(share_ns - even_ns, cpus_);
    cpu_to_ns_ = end_ns_;
}

std::optional<double> TreeTimeline::cpu_interval_seconds() const {
    if (looks_ < 2) return std::nullopt;
    return static_cast<double>(last_look_ns_ - first_look_ns_) / 1e9 / static_cast<double>(looks_ - 1);
}

}  // namespace perfwrap
