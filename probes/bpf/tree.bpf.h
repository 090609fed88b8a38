/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Follows the process tree of one command and adds up what it uses.
 *
 * A process is identified by its signal_struct: one per thread group, unchanged by exec, valid until its last thread is freed.
 * A thread's counters start at zero at fork and are read once, when it is dead (ended.bpf.h). */
#pragma once

#include "common.bpf.h"
#include "ended.bpf.h"
#include "memory.bpf.h"
#include "physical.bpf.h"
#include "records.bpf.h"
#include "strangers.bpf.h"

/* Depth of perfwrap's pid namespace: pids are reported as perfwrap sees them. */
__u32 pid_level;
__u64 last_process_id;
__u64 last_image;

/* Variables that are too large for the stack. */
struct scratch {
    struct wire_exec_record exec;
    struct wire_process process;
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, struct scratch);
} scratches SEC(".maps");

static __always_inline struct scratch *scratch(void) {
    u32 zero = 0;

    return bpf_map_lookup_elem(&scratches, &zero);
}

static __always_inline u32 pid_seen_by_perfwrap(struct task_struct *task) {
    u64 pid = address_of(task->group_leader->thread_pid);
    struct upid number = {};

    bpf_probe_read_kernel(
        &number, sizeof(number),
        (void *)(pid + bpf_core_field_offset(struct pid, numbers) + pid_level * bpf_core_type_size(struct upid)));
    return number.nr;
}

__noinline int count_new_thread(struct wire_process *process) {
    if (!process) return 0;
    u32 live = ADD(process->threads_live, 1) + 1;
    s64 now = ADD(totals.threads_now, 1) + 1;

    ADD(process->threads_unread, 1);
    if (window_is_closed()) return 0;
    if (live > process->threads_peak) process->threads_peak = live;
    ADD(totals.threads_started, 1);
    raise_maximum(&totals.threads_peak, now);
    return 0;
}

/* Run by the thread that will fork the command. */
static __always_inline int arm(struct task_struct *task) {
    pid_level = task->thread_pid->level;
    note_own_ids(task);
    armed_task = address_of(task);
    return 0;
}

/* At sched_process_fork. */
static __always_inline int task_forked(struct task_struct *parent, struct task_struct *child) {
    struct wire_process *parent_process = process_of(parent);
    u64 key = address_of(child->signal);
    bool is_command = false;

    if (!parent_process) {
        if (!armed_task || address_of(parent) != armed_task) return 0;
        armed_task = 0;
        is_command = true;
    } else if (key == address_of(parent->signal)) {
        if (parent_process->pending_exec)
            ADD(parent_process->threads_live, 1);
        else
            count_new_thread(parent_process);
        return 0;
    }

    struct scratch *room = scratch();
    if (!room) return 0;
    struct wire_process *process = &room->process;
    __builtin_memset(process, 0, sizeof(*process));
    process->id = ADD(last_process_id, 1) + 1;
    if (parent_process) {
        process->parent_id = parent_process->id;
        process->image = parent_process->image;
        process->stranger = parent_process->stranger;
    }
    process->start_ns = bpf_ktime_get_ns();
    process->pid = pid_seen_by_perfwrap(child);
    process->parent_pid = pid_seen_by_perfwrap(parent);
    process->threads_live = is_command;
    process->threads_peak = !window_is_closed();
    process->pending_exec = is_command;
    bpf_core_read(&process->comm, sizeof(process->comm), &child->comm);
    /* The key belonged to a process that was freed before its threads were read. */
    if (bpf_map_lookup_elem(&processes, &key)) add_dead_threads();
    if (bpf_map_update_elem(&processes, &key, process, BPF_NOEXIST) != 0) {
        ADD(totals.lost_processes, 1);
        return 0;
    }
    if (is_command) return 0;
    ADD(totals.processes_started, 1);
    if (started_after_window(process))
        ADD(totals.processes_too_late, 1);
    else
        count_new_process();
    struct wire_process *kept = bpf_map_lookup_elem(&processes, &key);
    if (!kept) return 0;
    count_new_thread(kept);
    join_space(kept, key, address_of(child->mm));
    watch_peak(time_since_exec(bpf_ktime_get_ns()));
    return 0;
}

static __always_inline void tell_exec(struct task_struct *task, struct wire_process *process) {
    struct scratch *room = scratch();
    if (!room) return;
    struct wire_exec_record *record = &room->exec;

    u64 start = task->mm->arg_start;
    u64 length = process->stranger ? 0 : task->mm->arg_end - start;
    record->type = WIRE_EXEC;
    record->image = process->image;
    record->argv_full_bytes = length;
    __builtin_memcpy(record->comm, process->comm, sizeof(record->comm));
    if (length > WIRE_ARGV_LENGTH) length = WIRE_ARGV_LENGTH;
    if (bpf_probe_read_user(record->argv, length, (void *)start) != 0) length = 0;
    record->argv_bytes = length;
    bpf_ringbuf_output(&records, record, sizeof(*record) - WIRE_ARGV_LENGTH + length, wakeup_flags());
}

/* At sched_process_exec. */
static __always_inline int task_execed(struct task_struct *task, struct linux_binprm *program) {
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
        /* A run-time library may have started threads in the child, which the exec has ended. */
        process->threads_live = 0;
        count_new_thread(process);
    }
    ADD(totals.execs, 1);
    if (process->space_key) {
        hand_over_if_owner(process);
        stop_using_space(process);
    }
    join_space(process, address_of(task->signal), address_of(task->mm));
    watch_peak(time_since_exec(bpf_ktime_get_ns()));
    process->image = ADD(last_image, 1) + 1;
    bpf_core_read(&process->comm, sizeof(process->comm), &task->comm);
    process->stranger = is_stranger(task, program);
    if (process->stranger) ADD(totals.stranger_execs, 1);
    tell_exec(task, process);
    return 0;
}

/* Run by perfwrap itself, through BPF_PROG_TEST_RUN. */
static __always_inline int run_command(u64 command, struct task_struct *perfwrap) {
    switch (command) {
        case WIRE_CALIBRATE: return calibrate();
        case WIRE_ARM: return arm(perfwrap);
        case WIRE_SETTLE: return settle();
        case WIRE_ADD_DEAD: return add_dead_threads();
        case WIRE_DROP_REAPED: return drop_reaped();
        case WIRE_TELL_TIME: totals.told_ns = bpf_ktime_get_ns(); return 0;
    }
    return 0;
}

/* Lists the live threads of the tree. */
SEC("iter/task")
int live_threads(struct bpf_iter__task *context) {
    struct task_struct *task = context->task;
    struct wire_thread thread = {};
    u64 key = 0;

    if (!task) return 0;
    /* Copied with a helper: to load a pointer through another pointer, recent kernels search all of their type information. */
    bpf_core_read(&key, sizeof(key), &task->signal);
    struct wire_process *process = bpf_map_lookup_elem(&processes, &key);
    if (!process || process->pending_exec) return 0;
    key = address_of(task);
    bool exits = bpf_map_lookup_elem(&exited, &key) != 0;
    thread.ended = (task->__state & TASK_DEAD) != 0;
    if (thread.ended && !exits) return 0;
    thread.unread = exits || !is_kernels_own(task);
    thread.process_id = process->id;
    thread.space = process->space;
    thread.pid = process->pid;
    __builtin_memcpy(thread.comm, process->comm, sizeof(thread.comm));
    read_usage(task, &thread.used);
    bpf_seq_write(context->meta->seq, &thread, sizeof(thread));
    return 0;
}
