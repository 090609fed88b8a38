// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* Follows the process tree of one command and adds up what it uses.
 *
 * A process is known by its signal_struct: one per thread group, stable over exec and until after its last thread's last switch.
 * The programs are raw tracepoints: for one with BTF-typed arguments recent kernels (seen on 6.18) search all of their type
 * information once more, 2.5 ms each. Only the hot one in memory.bpf.h is typed, so that its quiet path reads without a helper.
 * A thread's counters start at zero at fork and are read once, at its last switch-out (TASK_DEAD), after all of its teardown. */
#include "common.bpf.h"
#include "memory.bpf.h"
#include "physical.bpf.h"
#include "unreaped.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

/* The thread whose next fork is the command; zero when it is not awaited. */
struct task_struct *armed_task;
/* Depth of perfwrap's pid namespace: pids are told as perfwrap sees them. */
__u32 pid_level;
__u64 last_process_id;
__u64 last_image;

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, struct wire_exec_record);
} exec_scratch SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, WIRE_RING_BYTES);
} records SEC(".maps");

static __always_inline u32 pid_seen_by_perfwrap(struct task_struct *task) {
    struct pid *pid = READ(task, group_leader, thread_pid);
    u64 numbers = (u64)__builtin_preserve_access_index(&pid->numbers[0]);
    struct upid number = {};

    bpf_probe_read_kernel(&number, sizeof(number), (void *)(numbers + pid_level * bpf_core_type_size(struct upid)));
    return number.nr;
}

/* Wakes perfwrap only when the buffer fills up: it drains at its own pace otherwise. */
static __always_inline u64 wakeup_flags(void) {
    return bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA) > WIRE_RING_BYTES / 4 ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}

static __always_inline void count_new_thread(struct wire_process *process) {
    u32 live = ADD(process->threads_live, 1) + 1;

    if (live > process->threads_peak) process->threads_peak = live;
    ADD(totals.threads_started, 1);
    raise_maximum(&totals.threads_peak, ADD(totals.threads_now, 1) + 1);
}

/* ---- the tree ---- */

/* Run once by perfwrap itself, through BPF_PROG_TEST_RUN, from the thread that will fork the command. */
SEC("raw_tp/run_by_perfwrap")
int arm(void *context) {
    struct task_struct *task = bpf_get_current_task_btf();

    pid_level = READ(task, thread_pid, level);
    armed_task = task;
    return 0;
}

SEC("raw_tp/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child) {
    struct wire_process *parent_process = process_of(parent);
    u64 key = (u64)READ(child, signal);
    bool is_command = false;

    if (!parent_process) {
        if (parent != armed_task) return 0;
        armed_task = 0;
        is_command = true;
    } else if (key == (u64)READ(parent, signal)) {
        if (parent_process->pending_exec)
            ADD(parent_process->threads_live, 1);
        else
            count_new_thread(parent_process);
        return 0;
    }

    struct wire_process process = {
        .id = ADD(last_process_id, 1) + 1,
        .parent_id = parent_process ? parent_process->id : 0,
        .image = parent_process ? parent_process->image : 0,
        .start_ns = bpf_ktime_get_ns(),
        .pid = pid_seen_by_perfwrap(child),
        .parent_pid = pid_seen_by_perfwrap(parent),
        .threads_live = is_command ? 1 : 0,
        .pending_exec = is_command,
    };
    BPF_CORE_READ_INTO(&process.comm, child, comm);
    if (bpf_map_update_elem(&processes, &key, &process, BPF_ANY) != 0) {
        ADD(totals.lost_processes, 1);
        return 0;
    }
    if (is_command) return 0;
    ADD(totals.processes_started, 1);
    count_new_process();
    struct wire_process *kept = bpf_map_lookup_elem(&processes, &key);
    if (!kept) return 0;
    count_new_thread(kept);
    join_space(kept, key, (u64)READ(child, mm));
    return 0;
}

static __always_inline void tell_exec(struct task_struct *task, struct wire_process *process) {
    u32 zero = 0;
    struct wire_exec_record *record = bpf_map_lookup_elem(&exec_scratch, &zero);
    if (!record) return;

    u64 start = READ(task, mm, arg_start);
    u64 length = READ(task, mm, arg_end) - start;
    record->type = WIRE_EXEC;
    record->image = process->image;
    record->argv_full_bytes = length;
    __builtin_memcpy(record->comm, process->comm, sizeof(record->comm));
    if (length > WIRE_ARGV_LENGTH) length = WIRE_ARGV_LENGTH;
    if (bpf_probe_read_user(record->argv, length, (void *)start) != 0) length = 0;
    record->argv_bytes = length;
    bpf_ringbuf_output(&records, record, sizeof(*record) - WIRE_ARGV_LENGTH + length, wakeup_flags());
}

SEC("raw_tp/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *bprm) {
    struct wire_process *process = process_of(task);
    if (!process) return 0;

    if (process->pending_exec) {
        struct wire_usage before, spent = {};
        read_usage(task, &before);
        subtract_usage(&spent, &before);
        process->spent = spent;
        totals.ended_threads_runtime_ns = spent.runtime_ns;
        process->pending_exec = 0;
        process->start_ns = totals.exec_ns = bpf_ktime_get_ns();
        start_physical();
        ADD(totals.processes_started, 1);
        count_new_process();
        /* A run-time library may have started threads in the child; the exec has ended them, but their last switch can still
         * come. */
        process->threads_peak = 1;
        ADD(totals.threads_started, 1);
        raise_maximum(&totals.threads_peak, ADD(totals.threads_now, process->threads_live) + process->threads_live);
    }
    ADD(totals.execs, 1);
    if (process->space_key) leave_space(process);
    join_space(process, (u64)READ(task, signal), (u64)READ(task, mm));
    process->image = ADD(last_image, 1) + 1;
    BPF_CORE_READ_INTO(&process->comm, task, comm);
    tell_exec(task, process);
    return 0;
}

SEC("raw_tp/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task) {
    struct wire_process *process = process_of(task);

    if (!process || process->pending_exec) return 0;
    if (READ(task, pid) == READ(task, tgid)) BPF_CORE_READ_INTO(&process->comm, task, comm);
    /* From Linux 6.16 on the memory is still there: the last look at a process that only grew. */
    u64 mm = (u64)READ(task, mm);
    if (mm) refresh_all_kinds(mm, time_since_exec(bpf_ktime_get_ns()));
    if (READ(task, signal, live.counter) == 0) process_ended_unreaped(READ(task, group_leader));
    return 0;
}

static __always_inline void end_process(struct task_struct *task, struct wire_process *process) {
    struct signal_struct *signal = READ(task, signal);
    u64 key = (u64)signal;
    u64 system_ns = wire_system_ns(process->spent.runtime_ns, process->spent.user_tick_ns, process->spent.system_tick_ns);

    process->end_ns = bpf_ktime_get_ns();
    leave_space(process);
    process->wait_status = process->leader_exit_code;
    if (READ(signal, flags) & SIGNAL_GROUP_EXIT) process->wait_status = BPF_CORE_READ(signal, group_exit_code);
    process->oom_killed = READ(signal, oom_mm) != 0;
    add_usage(&totals.ended, &process->spent);
    ADD(totals.ended_user_ns, process->spent.runtime_ns - system_ns);
    ADD(totals.ended_system_ns, system_ns);
    ADD(totals.processes_ended, 1);
    if (process->oom_killed) ADD(totals.oom_kills, 1);

    struct wire_end_record *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);
    if (record) {
        record->type = WIRE_END;
        record->padding = 0;
        record->process = *process;
        bpf_ringbuf_submit(record, wakeup_flags());
    } else {
        ADD(totals.lost_rows, 1);
    }
    if (process->parent_id == 0) totals.end_ns = process->end_ns;
    bpf_map_delete_elem(&processes, &key);
}

SEC("raw_tp/sched_switch")
int BPF_PROG(on_switch, bool preempt, struct task_struct *previous, struct task_struct *next, unsigned int previous_state) {
    struct wire_process *process;
    struct wire_usage used;

    if (!(previous_state & TASK_DEAD)) return 0;
    process = process_of(previous);
    if (!process) return 0;
    if (process->pending_exec) {
        u64 key = (u64)READ(previous, signal);
        if (ADD(process->threads_live, -1) == 1) bpf_map_delete_elem(&processes, &key);
        return 0;
    }
    read_usage(previous, &used);
    add_usage(&process->spent, &used);
    ADD(totals.ended_threads_runtime_ns, used.runtime_ns);
    if (READ(previous, pid) == READ(previous, tgid)) process->leader_exit_code = READ(previous, exit_code);
    ADD(totals.threads_now, -1);
    if (ADD(process->threads_live, -1) == 1) end_process(previous, process);
    return 0;
}

SEC("raw_tp/sched_process_free")
int BPF_PROG(on_free, struct task_struct *task) {
    struct slot_search search = {.leader = (u64)task, .taken = unreaped_now};

    if (search.taken) bpf_for_each_map_elem(&unreaped, clear_slot, &search, 0);
    return 0;
}

/* ---- the live view ---- */

SEC("iter/task")
int live_threads(struct bpf_iter__task *context) {
    struct task_struct *task = context->task;
    struct wire_thread thread = {};

    if (!task) return 0;
    struct wire_process *process = process_of(task);
    if (!process || process->pending_exec) return 0;
    thread.process_id = process->id;
    thread.pid = process->pid;
    __builtin_memcpy(thread.comm, process->comm, sizeof(thread.comm));
    thread.ended = (READ(task, __state) & TASK_DEAD) != 0;
    read_usage(task, &thread.used);
    bpf_seq_write(context->meta->seq, &thread, sizeof(thread));
    return 0;
}
