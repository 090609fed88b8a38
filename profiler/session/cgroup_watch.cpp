#include "profiler/session/cgroup_watch.hpp"

#include <algorithm>
#include <vector>

#include "probes/sampling/pacing.hpp"
#include "probes/system/clock.hpp"

namespace perfwrap {
namespace {

constexpr PacingLimits limits{.finest_ns = 10'000'000, .backs_off_with_age = true, .cpu_budget = 0.005};

}  // namespace

void CgroupWatch::begin(std::uint64_t exec_ns) {
    if (cgroup_ != nullptr) exec_ns_ = due_ns_ = exec_ns;
}

void CgroupWatch::look(std::uint64_t now_ns, Probe& probe) {
    const auto cpu_before_ns = thread_cpu_ns();
    sample_memory(now_ns);
    constexpr std::size_t at_once = 32;  // of a crowd some at each look, in turn
    const auto processes = left_ ? std::vector<LiveProcess>{} : probe.alive();
    for (std::size_t i = 0; i < std::min(at_once, processes.size()); ++i) check(processes[checked_++ % processes.size()].pid);
    const auto cost_ns = thread_cpu_ns() - cpu_before_ns;
    due_ns_ = now_ns + next_interval_ns(limits, now_ns - std::min(now_ns, exec_ns_), cost_ns);
}

void CgroupWatch::sample_memory(std::uint64_t now_ns) {
    const auto memory = cgroup_->physical();
    if (!memory) return;
    ++samples_;
    anon_.add(now_ns, memory->anon_bytes);
    file_mapped_peak_bytes_ = std::max(file_mapped_peak_bytes_, memory->file_mapped_bytes);
    shmem_peak_bytes_ = std::max(shmem_peak_bytes_, memory->shmem_bytes);
}

void CgroupWatch::ended(pid_t command) {
    if (cgroup_ != nullptr) check(command);
}

void CgroupWatch::check(pid_t pid) { left_ = left_ || !cgroup_->holds(pid).value_or(true); }

void CgroupWatch::describe(Observation& seen, std::uint64_t end_ns) const {
    if (cgroup_ == nullptr) return;
    auto& memory = seen.memory;
    seen.cgroup_left = left_;
    if (left_) {
        memory.anon.reset();
        memory.file_mapped_peak_bytes.reset();
        memory.shmem_peak_bytes.reset();
        return;
    }
    memory.cgroup_peak_bytes = cgroup_->peak_bytes();
    if (!seen.totals.oom_kills) seen.totals.oom_kills = cgroup_->oom_kills();
    constexpr std::uint64_t enough_samples = 2;  // the first is taken at the exec
    if (memory.anon || samples_ < enough_samples) return;
    auto anon = anon_;
    anon.hold_until(end_ns);
    memory.anon = anon.total();
    if (memory.anon) memory.anon->samples = samples_;
    memory.file_mapped_peak_bytes = file_mapped_peak_bytes_;
    memory.shmem_peak_bytes = shmem_peak_bytes_;
}

}  // namespace perfwrap
