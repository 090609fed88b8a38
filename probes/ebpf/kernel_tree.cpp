#include "probes/ebpf/kernel_tree.hpp"

#include <bpf/bpf.h>
#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <span>
#include <string_view>
#include <utility>
#include <variant>

#include "probes/ebpf/wire_values.hpp"
#include "probes/system/clock.hpp"

namespace perfwrap {
namespace {

wire_process* find(std::vector<wire_process>& processes, std::uint64_t id) {
    const auto at = std::ranges::lower_bound(processes, id, {}, &wire_process::id);
    return at == processes.end() || at->id != id ? nullptr : &*at;
}

}  // namespace

int KernelTree::begin() {
    command(WIRE_CALIBRATE);
    ring_.reset(ring_buffer__new(programs_->records_map, &KernelTree::on_record, this, nullptr));
    return ring_ ? 0 : errno;
}

void KernelTree::command(std::uint64_t what) const {
    LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = &what, .ctx_size_in = sizeof(what));
    bpf_prog_test_run_opts(programs_->command_program, &options);
}

void KernelTree::arm(std::uint64_t cgroup_id) {
    if (std::exchange(armed_before_, true)) forget_last_run();
    *programs_->cgroup_id = cgroup_id;
    compare_clocks();
    skipped_before_ = skipped_ever();
    command(WIRE_ARM);
}

void KernelTree::compare_clocks() {
    std::array<ClockReading, 5> readings;
    for (auto& reading : readings) {
        reading.before_ns = monotonic_ns();
        command(WIRE_TELL_TIME);
        reading.after_ns = monotonic_ns();
        reading.kernel_ns = programs_->totals->told_ns;
    }
    clock_ = KernelClock(readings);
}

std::uint64_t KernelTree::skipped_ever() const {
    std::uint64_t sum = 0;
    for (const int program : std::span(programs_->followers, static_cast<std::size_t>(programs_->follower_count))) {
        bpf_prog_info info{};
        __u32 size = sizeof(info);
        if (bpf_obj_get_info_by_fd(program, &info, &size) == 0) sum += info.recursion_misses;
    }
    return sum;
}

void KernelTree::by_own_clock(wire_process& process) const {
    process.start_ns = clock_.own(process.start_ns);
    process.end_ns = clock_.own(process.end_ns);
}

void KernelTree::empty_maps() const {
    // Twice as many as there can be: rows that found the ring buffer full are in the map of processes too.
    for (const int map : {programs_->processes_map, programs_->exited_map, programs_->spaces_map})
        delete_all_keys(map, std::size_t{2} * WIRE_MAX_PROCESSES);
}

// The maps are emptied first, since a process that is in none of them is no longer followed.
void KernelTree::forget_last_run() {
    const bool somebody_is_left = !all_have_ended() || *programs_->exited_now != 0;
    empty_maps();
    if (somebody_is_left) {
        // Waits until every BPF program that still found a process there has ended, and removes what such a program has added.
        syscall(SYS_membarrier, MEMBARRIER_CMD_GLOBAL, 0, 0);
        empty_maps();
    }
    if (*programs_->unreaped_now != 0) free_unreaped_slots();

    // Drops the rows of these processes.
    const Listener listener = std::exchange(listener_, {.exec = [](const ExecRecord&) {}, .end = [](const wire_process&) {}});
    ring_buffer__consume(ring_.get());
    listener_ = listener;
    malformed_records_ = 0;
    rows_taken_from_map_ = 0;

    // The per-CPU parts that a gate has seen are kept: they stay valid for the next address space that uses the gate.
    for (auto& gate : std::span(programs_->gates, WIRE_GATES)) gate.mm = gate.dirty = 0;
    *programs_->totals = {};
    *programs_->memory = {};
    std::ranges::fill(std::span(programs_->buckets, WIRE_BUCKETS), wire_bucket{});
    for (auto* value :
         {programs_->exited_now, programs_->unreaped_now, programs_->unwatched, programs_->live_spaces, programs_->target_memcg})
        *value = 0;
    *programs_->near_peak = 1;
}

void KernelTree::free_unreaped_slots() const {
    struct Slot {
        std::uint64_t task;
        std::uint64_t start_time;
    };
    constexpr Slot free{};
    for (std::uint32_t slot = 0; slot < WIRE_MAX_UNREAPED; ++slot)
        bpf_map_update_elem(programs_->unreaped_map, &slot, &free, BPF_ANY);
}

wire_totals KernelTree::totals() const {
    wire_totals copy;
    std::memcpy(&copy, programs_->totals, sizeof(copy));
    asm volatile("" ::: "memory");
    copy.exec_ns = clock_.own(copy.exec_ns);
    copy.end_ns = clock_.own(copy.end_ns);
    return copy;
}

bool KernelTree::all_have_ended() const {
    const wire_totals now = totals();
    return now.processes_started != 0 && now.processes_started == now.processes_ended;
}

void KernelTree::read_records() {
    ring_buffer__consume(ring_.get());
    if (totals().rows_in_map != rows_taken_from_map_) read_rows_left_in_map();
}

void KernelTree::read_rows_left_in_map() {
    std::vector<std::uint64_t> ids;
    for_each_value<wire_process>(programs_->processes_map, [&](const wire_process& process) {
        if (process.awaits_reader != 0) ids.push_back(process.id);
    });
    wire_process row;
    for (const auto id : ids) {
        if (bpf_map_lookup_and_delete_elem(programs_->processes_map, &id, &row) != 0) continue;
        ++rows_taken_from_map_;
        by_own_clock(row);
        listener_.end(row);
    }
}

int KernelTree::on_record(void* self, void* bytes, std::size_t size) {
    auto& tree = *static_cast<KernelTree*>(self);
    auto record = decode_record({static_cast<const char*>(bytes), size});
    if (!record)
        ++tree.malformed_records_;
    else if (const auto* exec = std::get_if<ExecRecord>(&*record))
        tree.listener_.exec(*exec);
    else if (auto* end = std::get_if<EndRecord>(&*record)) {
        tree.by_own_clock(end->process);
        tree.listener_.end(end->process);
    }
    return 0;
}

std::uint64_t KernelTree::runtime_ns() const {
    std::uint64_t sum_ns = totals().ended_threads_runtime_ns;
    visit_threads([&](const wire_thread& thread) { sum_ns += thread.used.runtime_ns; });
    return sum_ns;
}

// Empty if the kernel did not return all of them.
std::optional<std::vector<wire_process>> KernelTree::read_processes() const {
    std::vector<wire_process> processes;
    if (all_have_ended()) return processes;
    const bool all = for_each_value<wire_process>(programs_->processes_map, [&](wire_process process) {
        by_own_clock(process);
        if (process.pending_exec == 0) processes.push_back(process);
    });
    if (!all) return std::nullopt;
    std::ranges::sort(processes, {}, &wire_process::id);
    return processes;
}

// A process that ends in the meantime would be missed or counted twice, so all views are read again until they agree. A process
// is removed from the map, and has no unread threads, after it was added to the totals and before its row can be read.
KernelTree::Settled KernelTree::settle(std::uint64_t patience_ns) {
    const std::uint64_t give_up_ns = monotonic_ns() + patience_ns;
    while (true) {
        add_dead_threads();
        const std::uint64_t ended_before = totals().processes_ended;
        read_records();
        auto live = read_processes();
        const bool all_read = live.has_value();
        Settled tree{.ended = {}, .live = std::move(live).value_or(std::vector<wire_process>{})};
        std::vector<std::uint32_t> threads_seen(tree.live.size());
        visit_threads([&](const wire_thread& thread) {
            wire_process* const process = find(tree.live, thread.process_id);
            if (!process) return;
            process->spent += thread.used;
            threads_seen[static_cast<std::size_t>(process - tree.live.data())] += thread.unread;
        });
        tree.ended = totals();
        tree.consistent = all_read && tree.ended.processes_ended == ended_before &&
                          std::ranges::equal(tree.live, threads_seen, [](const wire_process& process, std::uint32_t seen) {
                              return process.threads_unread == seen;
                          });
        if (tree.consistent || monotonic_ns() >= give_up_ns) {
            take_spaces(tree.live);
            return tree;
        }
        usleep(200);
    }
}

// Adds the memory that the live processes hold, and held at the peak.
void KernelTree::take_spaces(std::vector<wire_process>& live) const {
    if (live.empty()) return;
    settle_memory();
    const std::uint64_t peak_number = memory().peak_number;
    for_each_value<wire_space>(programs_->spaces_map, [&](const wire_space& space) {
        wire_process* const process = find(live, space.owner);
        if (!process) return;
        process->rss_peak = space.rss_peak;
        process->rss_at_peak = space.peak_number == peak_number ? space.rss_at_peak : space.rss;
        process->peak_number = peak_number;
    });
}

void KernelTree::await_end_of_command() const {
    if (totals().exec_ns == 0) return;  // it was killed before its exec
    const std::uint64_t give_up_ns = monotonic_ns() + 1'000'000'000;
    while (totals().command_read == 0 && monotonic_ns() < give_up_ns) {
        add_dead_threads();
        if (totals().command_read == 0) usleep(20);
    }
}

}  // namespace perfwrap
