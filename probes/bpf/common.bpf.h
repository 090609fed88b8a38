/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What all BPF programs share: the totals, the processes of the tree, and how a thread's use is read. */
#pragma once

#include <linux/bpf.h>
#include "kernel_types.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "wire.h"

struct wire_totals totals;

/* The task_struct of the thread whose next fork is the command; 0 when no fork is awaited. */
__u64 armed_task;

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, WIRE_MAX_PROCESSES);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, u64); /* signal_struct */
    __type(value, struct wire_process);
} processes SEC(".maps");

/* Loads through a pointer with a type of the kernel need no helper call; what cannot be read is 0. Linux 6.2 on. */
#ifdef KERNEL_CASTS
extern void *bpf_rdonly_cast(const void *object, u32 type) __ksym;

#define TYPED(type, address) ((type *)bpf_rdonly_cast((void *)(address), bpf_core_type_id_kernel(type)))
#define READ(object, field) (TYPED(__typeof__(*(object)), object)->field)
#else
#define READ(object, field) BPF_CORE_READ(object, field)
#endif

#define ADD(counter, n) __sync_fetch_and_add(&(counter), (n))

/* The address as a plain number, which functions that are verified on their own accept. Reading the bytes of the pointer turns it
 * into a number for the verifier. */
static __always_inline u64 address_of(const void *pointer) {
    u64 address = 0;

    bpf_probe_read_kernel(&address, sizeof(address), &pointer);
    return address;
}

/* Functions that are not static are verified once instead of at every call.
 * An attempt fails only if another CPU has raised the maximum in the meantime. */
__noinline int raise_maximum(s64 *maximum, s64 value) {
    if (!maximum) return 0;
    s64 seen = *maximum;

    for (int i = 0; i < 4 && value > seen; i++) {
        s64 before = __sync_val_compare_and_swap(maximum, seen, value);
        if (before == seen) return 0;
        seen = before;
    }
    if (value > seen) ADD(totals.lost_maxima, 1);
    return 0;
}

static __always_inline struct wire_process *process_of(struct task_struct *task) {
    u64 key = (u64)task->signal;

    return bpf_map_lookup_elem(&processes, &key);
}

static __always_inline void read_usage(struct task_struct *task, struct wire_usage *used) {
    used->runtime_ns = READ(task, se.sum_exec_runtime);
    used->user_tick_ns = READ(task, utime);
    used->system_tick_ns = READ(task, stime);
    used->run_delay_ns = bpf_core_field_exists(task->sched_info.run_delay) ? READ(task, sched_info.run_delay) : 0;
    used->minor_faults = READ(task, min_flt);
    used->major_faults = READ(task, maj_flt);
    used->voluntary_switches = READ(task, nvcsw);
    used->involuntary_switches = READ(task, nivcsw);
    used->syscall_read_bytes = READ(task, ioac.rchar);
    used->syscall_written_bytes = READ(task, ioac.wchar);
    used->storage_read_bytes = READ(task, ioac.read_bytes);
    used->storage_written_bytes = READ(task, ioac.write_bytes) - READ(task, ioac.cancelled_write_bytes);
}

static __always_inline void add_usage(struct wire_usage *sum, const struct wire_usage *used) {
    u64 *to = (u64 *)sum;
    const u64 *from = (const u64 *)used;

#pragma unroll
    for (unsigned long i = 0; i < sizeof(*sum) / sizeof(*to); i++) ADD(to[i], from[i]);
}

static __always_inline void subtract_usage(struct wire_usage *sum, const struct wire_usage *used) {
    u64 *to = (u64 *)sum;
    const u64 *from = (const u64 *)used;

#pragma unroll
    for (unsigned long i = 0; i < sizeof(*sum) / sizeof(*to); i++) to[i] -= from[i];
}
