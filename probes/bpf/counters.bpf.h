/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The exact values of an address space's counters (mm->rss_stat).
 *
 * A counter's value is count plus the parts of all CPUs. A part changes only on its own CPU, and the event follows on the same
 * CPU. So each CPU remembers the last value of its part, the gate keeps the sum of the remembered parts, and an event reads only
 * one part, however many CPUs there are. The sum always equals the sum of what is remembered, even when a gate is reused for
 * another address space: whenever a remembered part is replaced, the difference is added to the sum. */
#pragma once

#include "common.bpf.h"

/* Possible CPUs; set before load. */
const volatile __u32 cpu_count = 1;

/* Address of CPU i's copy of a per-CPU variable = its per-CPU pointer + cpu_offset[i]. */
__u64 cpu_offset[WIRE_MAX_CPUS];
/* A pointer that is written to memory and read back is a number for the verifier. */
volatile __u64 calibration_address;
/* Set by calibrate(). Before Linux 6.2 each thread counts the pages of its last faults by itself (SPLIT_RSS_COUNTING in
 * mm/memory.c); they are added to the mm's counters, with an event, after more than 64 faults and before anything is unmapped. */
__u32 faults_told_late;

/* A direct-mapped cache: what the fast path needs to know about an address space, without a helper call. */
struct wire_gate gates[WIRE_GATES];

static __always_inline bool counters_are_percpu(void) {
    return bpf_core_type_exists(struct percpu_counter) && bpf_core_field_exists(((struct mm_struct *)0)->rss_stat[0].counters);
}

static __always_inline u32 gate_number(u64 mm) { return (mm >> 11 ^ mm >> 21) & (WIRE_GATES - 1); }

static __always_inline struct wire_gate *gate_of(u64 mm) { return &gates[gate_number(mm)]; }

/* The last values that a CPU saw of its own parts. */
struct cpu_parts {
    s32 seen[WIRE_GATES][WIRE_KINDS];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, struct cpu_parts);
} parts_of_gates SEC(".maps");

struct look {
    u64 counters;
    s64 sum; /* of the parts, or of their differences from the remembered values */
    u32 kind;
    u32 gate; /* WIRE_GATES: no gate, nothing is remembered */
};

static __always_inline s32 part_on(u32 cpu, u64 counters) {
    s32 part = 0;

    if (cpu < WIRE_MAX_CPUS) bpf_probe_read_kernel(&part, sizeof(part), (void *)(counters + cpu_offset[cpu]));
    return part;
}

static __always_inline void remember(struct cpu_parts *parts, u32 cpu, struct look *look) {
    s32 part = part_on(cpu, look->counters);

    if (parts) look->sum += part - __sync_lock_test_and_set(&parts->seen[look->gate & (WIRE_GATES - 1)][look->kind & 3], part);
}

static long look_at_cpu(u32 cpu, struct look *look) {
    u32 zero = 0;

    if (look->gate >= WIRE_GATES)
        look->sum += part_on(cpu, look->counters);
    else
        remember(bpf_map_lookup_percpu_elem(&parts_of_gates, &zero, cpu), cpu, look);
    return 0;
}

static __always_inline s64 exact_pages(u64 mm, u32 kind, bool all_cpus) {
    struct wire_gate *gate = gate_of(mm);
    bool own_gate = gate->mm == mm;
    s64 pages = 0;

    if (counters_are_percpu()) {
        struct percpu_counter *counter = __builtin_preserve_access_index(&((struct mm_struct *)mm)->rss_stat[0]);
        u32 zero = 0;
        struct look look = {.kind = kind, .gate = own_gate ? gate_number(mm) : WIRE_GATES};
        counter = (void *)counter + kind * bpf_core_type_size(struct percpu_counter);
        pages = BPF_CORE_READ(counter, count);
        if (own_gate) gate->count[kind & 3] = pages;
        look.counters = (u64)BPF_CORE_READ(counter, counters);
        if (all_cpus || !own_gate)
            bpf_loop(cpu_count, look_at_cpu, &look, 0);
        else
            remember(bpf_map_lookup_elem(&parts_of_gates, &zero), bpf_get_smp_processor_id(), &look);
        pages += own_gate ? ADD(gate->parts[kind & 3], look.sum) + look.sum : look.sum;
    } else {
        atomic_long_t *counts = __builtin_preserve_access_index(&((struct mm_struct___atomic *)mm)->rss_stat.count[0]);
        bpf_probe_read_kernel(&pages, sizeof(pages), counts + kind);
        if (own_gate) gate->count[kind & 3] = pages;
    }
    return pages > 0 ? pages : 0;
}

/* Finds out which kind of counters the kernel has, and where each CPU's copy of a per-CPU variable is. The helper returns the
 * address of each CPU's copy of the only element of a per-CPU array; the array itself holds the per-CPU pointer. */
static __always_inline int calibrate(void) {
    u32 zero = 0;
    u64 base = 0;
    struct bpf_array *array;

    faults_told_late = !counters_are_percpu();
    calibration_address = (u64)&parts_of_gates;
    array = (struct bpf_array *)calibration_address;
    if (bpf_probe_read_kernel(&base, sizeof(base), __builtin_preserve_access_index(&array->pptrs[0])) != 0) return 0;
    for (u32 cpu = 0; cpu < WIRE_MAX_CPUS && cpu < cpu_count; cpu++) {
        void *copy = bpf_map_lookup_percpu_elem(&parts_of_gates, &zero, cpu);
        if (!copy) return 0;
        calibration_address = (u64)copy;
        cpu_offset[cpu] = calibration_address - base;
    }
    return 0;
}
