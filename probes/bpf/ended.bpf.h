/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What a thread has used is final only when it has left the CPU for the last time, after its teardown. The only tracepoint at
 * that moment is sched_switch, which fires for every switch of every thread of the machine and would make each switch several per
 * cent slower. So a thread that exits is remembered, and read when the kernel frees it, or earlier, when perfwrap or a clock tick
 * finds that it is dead. The program that removes it from the map adds up what it used.
 *
 * The kernel does not report every freeing: it skips BPF programs in some contexts, and has been seen to skip them during every
 * interrupt of one process of the machine. The address may then soon belong to another thread, which has another start time. But
 * before the kernel frees a thread, each CPU that is not idle gets at least one tick, and usually several. */
#pragma once

#include "common.bpf.h"
#include "memory.bpf.h"
#include "records.bpf.h"
#include "unreaped.bpf.h"

/* A thread that the kernel itself has started within a process, for io_uring or vhost: no tracepoint reported its start. What it
 * uses is counted, but it is not counted as a thread. */
static __always_inline bool is_kernels_own(struct task_struct *task) {
    return (READ(task, flags) & (PF_IO_WORKER | PF_USER_WORKER)) != 0;
}

struct last_look {
    struct wire_usage used;
    s32 exit_code;
    s32 group_exit_code;
    u32 group_exits;
    u32 is_leader;
    u32 oom_killed;
    u32 padding; /* named so that it gets initialized: older verifiers reject uninitialized bytes in a map value */
};

struct exited_thread {
    u64 process;           /* signal_struct: the key of its process */
    u64 start_time;        /* of the thread */
    struct last_look look; /* at its exit: what is used if the thread is freed before it is read */
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, WIRE_MAX_EXITED);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, u64); /* task_struct */
    __type(value, struct exited_thread);
} exited SEC(".maps");

__u64 exited_now;
__u64 searched_ns; /* when all of them were last checked */

static __always_inline void look_for_the_last_time(struct task_struct *task, struct last_look *look) {
    struct signal_struct *group = READ(task, signal);

    read_usage(task, &look->used);
    look->is_leader = READ(task, pid) == READ(task, tgid);
    look->exit_code = READ(task, exit_code);
    look->group_exits = READ(group, flags) & SIGNAL_GROUP_EXIT;
    look->group_exit_code = READ(group, group_exit_code);
    look->oom_killed = READ(group, oom_mm) != 0;
}

/* The keys of the map are addresses. An id is a small number, so it never equals one. */
static __always_inline void leave_row_in_map(struct wire_process *process) {
    u64 id = process->id;

    process->awaits_reader = 1;
    if (bpf_map_update_elem(&processes, &id, process, BPF_ANY) == 0)
        ADD(totals.rows_in_map, 1);
    else
        ADD(totals.lost_rows, 1);
}

static __always_inline void add_to_totals(const struct wire_process *process) {
    u64 system_ns = wire_system_ns(process->spent.runtime_ns, process->spent.user_tick_ns, process->spent.system_tick_ns);

    add_usage(&totals.ended, &process->spent);
    ADD(totals.ended_user_ns, process->spent.runtime_ns - system_ns);
    ADD(totals.ended_system_ns, system_ns);
    if (process->oom_killed) ADD(totals.oom_kills, 1);
}

static __always_inline void tell_end(struct wire_process *process) {
    struct wire_end_record *record = bpf_ringbuf_reserve(&records, sizeof(*record), 0);

    if (!record) return leave_row_in_map(process);
    record->type = WIRE_END;
    record->padding = 0;
    record->process = *process;
    bpf_ringbuf_submit(record, wakeup_flags());
}

static __always_inline void end_process(u64 key, struct wire_process *process) {
    bool counts = !started_after_window(process);

    hand_over_if_owner(process);
    if (counts) add_to_totals(process);
    ADD(totals.processes_ended, 1);
    if (counts) tell_end(process);
    if (process->parent_id == 0) {
        command_ended(process->end_ns);
        totals.command_read = 1;
    }
    bpf_map_delete_elem(&processes, &key);
}

__noinline int add_up(u64 key, struct last_look *look) {
    struct wire_process *process = bpf_map_lookup_elem(&processes, &key);

    if (!process || !look) return 0;
    add_usage(&process->spent, &look->used);
    ADD(totals.ended_threads_runtime_ns, look->used.runtime_ns);
    if (look->is_leader) process->wait_status = look->exit_code;
    if (ADD(process->threads_unread, -1) != 1 || !process->end_ns) return 0;
    if (look->group_exits) process->wait_status = look->group_exit_code;
    process->oom_killed = look->oom_killed;
    end_process(key, process);
    return 0;
}

/* Does nothing while the thread can still run, which is impossible at sched_process_free. */
__noinline int add_if_dead(u64 address) {
    struct task_struct *task = (struct task_struct *)address;
    struct exited_thread thread;
    struct exited_thread *found = bpf_map_lookup_elem(&exited, &address);

    if (!found) return 0;
    thread = *found;
    bool first_of_process = thread.look.is_leader;
    bool replaced = READ(task, start_time) != thread.start_time;
    if (!replaced) {
        if (!(READ(task, __state) & TASK_DEAD)) return 0;
        if (bpf_core_field_exists(task->on_cpu) && READ(task, on_cpu)) return 0;
        /* Freed, but not overwritten yet: the signal_struct may already belong to another process. */
        if (READ(task, usage.refs.counter) == 0)
            read_usage(task, &thread.look.used);
        else
            look_for_the_last_time(task, &thread.look);
    }
    /* Its last switch, into nothing: getrusage(2) counts that of a first thread, which its parent reads afterwards, but not that
     * of the others, which the kernel has added up before. */
    if (!replaced && !first_of_process) thread.look.used.voluntary_switches -= 1;
    /* If another program has removed it, that program read it before it could be freed. */
    if (bpf_map_delete_elem(&exited, &address) != 0) return 0;
    ADD(exited_now, -1);
    if (replaced) ADD(totals.lost_teardowns, 1);
    return add_up(thread.process, &thread.look);
}

static long add_this_if_dead(void *map, const u64 *task, const struct exited_thread *thread, void *context) {
    add_if_dead(*task);
    return 0;
}

/* At hrtimer_expire_entry: the tick is such a timer; other timers only make the check happen sooner. */
static __always_inline bool dead_threads_are_due(void) { return exited_now && bpf_ktime_get_ns() - searched_ns > 2000000; }

__noinline int add_dead_threads(void) {
    searched_ns = bpf_ktime_get_ns();
    if (exited_now) bpf_for_each_map_elem(&exited, add_this_if_dead, 0, 0);
    return 0;
}

/* These two functions are not inlined, so that their large variables are not on the stacks of their callers: older kernels limit
 * the sum of the stacks along a chain of calls. */
__noinline int remember_exited(u64 address, u64 process) {
    struct task_struct *task = (struct task_struct *)address;
    struct exited_thread thread = {.process = process, .start_time = READ(task, start_time)};

    look_for_the_last_time(task, &thread.look);
    if (bpf_map_update_elem(&exited, &address, &thread, BPF_ANY) != 0) return 0;
    ADD(exited_now, 1);
    return 1;
}

__noinline int add_without_teardown(u64 address, u64 process) {
    struct last_look look = {};

    look_for_the_last_time((struct task_struct *)address, &look);
    ADD(totals.lost_teardowns, 1);
    return add_up(process, &look);
}

/* At sched_process_exit. */
static __always_inline int task_exits(struct task_struct *task) {
    struct wire_process *process = process_of(task);
    u64 key = address_of(task->signal), address = address_of(task), mm;

    if (!process) return 0;
    if (process->pending_exec) {
        /* The exec of the command has failed; another attempt may follow. */
        if (ADD(process->threads_live, -1) == 1) {
            armed_task = address_of(task->real_parent);
            bpf_map_delete_elem(&processes, &key);
        }
        return 0;
    }
    if (task->pid == task->tgid) bpf_core_read(&process->comm, sizeof(process->comm), &task->comm);
    /* From Linux 6.16 on the memory is still there at this point: the last chance to read that of a process that only grew. */
    mm = address_of(task->mm);
    if (mm) refresh_if_behind(mm);
    if (is_kernels_own(task)) {
        ADD(process->threads_unread, 1);
    } else {
        ADD(totals.threads_now, -1);
        ADD(process->threads_live, -1);
    }
    /* When several threads exit at the same moment, more than one may find no live thread: the first of them ends the process. */
    if (task->signal->live.counter == 0 && __sync_val_compare_and_swap(&process->end_ns, 0, bpf_ktime_get_ns()) == 0) {
        /* Otherwise it ends when its memory has been torn down. */
        if (process->parent_id == 0 && (!mm || task->mm->mm_users.counter > 1)) command_ended(process->end_ns);
        stop_using_space(process);
        if (!started_after_window(process)) process_ended_unreaped(task->group_leader);
    }
    add_if_dead(address);
    if (remember_exited(address, key)) return 0;
    add_dead_threads();
    return remember_exited(address, key) ? 0 : add_without_teardown(address, key);
}
