// Reads the tree that the kernel side keeps, as it was at one moment.
#pragma once

#include <bpf/libbpf.h>

#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "probes/ebpf/bpf_programs.hpp"
#include "probes/ebpf/kernel_clock.hpp"
#include "probes/ebpf/live_threads.hpp"
#include "probes/ebpf/wire_records.hpp"

namespace perfwrap {

class KernelTree {
public:
    // Called by read_records() with each record.
    struct Listener {
        std::function<void(const ExecRecord&)> exec;
        std::function<void(const wire_process&)> end;
    };

    KernelTree(BpfPrograms programs, Listener listener) : programs_(std::move(programs)), listener_(std::move(listener)) {}
    KernelTree(const KernelTree&) = delete;
    KernelTree& operator=(const KernelTree&) = delete;

    // Returns 0, or the errno if the ring buffer cannot be read.
    int begin();
    int event_fd() const { return ring_buffer__epoll_fd(ring_.get()); }
    bool faults_told_late() const { return *programs_->faults_told_late != 0; }

    // The next process that this thread forks is the command. cgroup_id: of its own memory cgroup; 0: no cgroup is followed.
    void arm(std::uint64_t cgroup_id);
    // Adds up what threads have used that are already dead but that the kernel reports later.
    void add_dead_threads() const { command(WIRE_ADD_DEAD); }
    // Stops counting processes that have been reaped.
    void drop_reaped() const { command(WIRE_DROP_REAPED); }
    // Brings the sums of memory up to date.
    void settle_memory() const { command(WIRE_SETTLE); }

    // A copy of the totals, which the kernel side may change at any time. Times are by perfwrap's own clock.
    wire_totals totals() const;
    const wire_memory& memory() const { return *programs_->memory; }
    std::uint64_t peak_ns() const { return clock_.own(memory().peak_ns); }
    // Events for which the kernel skipped a program in this run, for example because it interrupted the same program.
    std::uint64_t skipped_programs() const { return skipped_ever() - skipped_before_; }

    // Passes to the listener what is in the ring buffer, and the rows that did not fit into it.
    void read_records();
    std::uint64_t malformed_records() const { return malformed_records_; }

    // Calls visit(const wire_thread&) for each thread that is in no total yet. Reads every task of the machine.
    template <class Visit>
    void visit_threads(Visit visit) const {
        if (!all_have_ended()) for_each_live_thread(programs_->live_threads_link, visit);
    }
    // CPU time of the whole tree.
    std::uint64_t runtime_ns() const;

    // The tree at one moment: what has ended, in the totals and reported to the listener, and the live processes in the order of
    // their ids, including what their threads have used and their memory.
    struct Settled {
        wire_totals ended;
        std::vector<wire_process> live;
        bool consistent = false;
    };
    // Reads all views at least once, and again until they agree or patience_ns have passed.
    Settled settle(std::uint64_t patience_ns);
    // After the command was reaped, its last thread may still be on the CPU. Waits for a second at most.
    void await_end_of_command() const;

private:
    struct FreeRing {
        void operator()(ring_buffer* ring) const { ring_buffer__free(ring); }
    };

    void command(std::uint64_t what) const;
    void compare_clocks();
    void by_own_clock(wire_process& process) const;
    std::uint64_t skipped_ever() const;
    void forget_last_run();
    void empty_maps() const;
    void free_unreaped_slots() const;
    bool all_have_ended() const;
    std::optional<std::vector<wire_process>> read_processes() const;
    void take_spaces(std::vector<wire_process>& live) const;
    void read_rows_left_in_map();
    static int on_record(void* self, void* bytes, std::size_t size);

    BpfPrograms programs_;
    Listener listener_;
    std::unique_ptr<ring_buffer, FreeRing> ring_;
    KernelClock clock_;
    std::uint64_t skipped_before_ = 0;
    std::uint64_t malformed_records_ = 0;
    std::uint64_t rows_taken_from_map_ = 0;
    bool armed_before_ = false;
};

}  // namespace perfwrap
