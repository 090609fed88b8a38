/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The exact values of an address space's counters (mm->rss_stat).
 *
 * A counter's value is count plus the parts of all CPUs. A part changes only on its own CPU, and the event follows on the same
 * CPU. So each CPU remembers the last value of its part, the gate keeps the sum of the remembered parts, and an event reads only
 * one part, however many CPUs there are. The sum always equals the sum of what is remembered, even when a gate is reused for
 * another address space: whenever a remembered part is replaced, the difference is added to the sum.
 *
 * Threads on several CPUs may change the counters of one address space at the same time. A value that a program computes from
 * them may be outdated when it is written, so it is written only if nobody else has written since before the counters were read.
 */
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

/* A value that several CPUs write, in the upper bits; the lower ones count the writes, so that a value that has come and gone is
 * noticed as well. */
#define WRITES_BITS 16

static __always_inline s64 shared_value(s64 shared) { return shared >> WRITES_BITS; }

static __always_inline s64 read_shared(const s64 *shared) { return *(const volatile s64 *)shared; }

/* Whether it still was `before`, and so has been replaced. */
static __always_inline bool replace_shared(s64 *shared, s64 before, s64 value) {
    s64 after = (s64)((u64)value << WRITES_BITS) | ((before + 1) & ((1 << WRITES_BITS) - 1));

    return __sync_val_compare_and_swap(shared, before, after) == before;
}

/* Whether the gate is that of this address space. If so, it stays so until leave_gate(). */
static __always_inline bool enter_gate(struct wire_gate *gate, u64 mm) {
    if (ADD(gate->inside, 1) < WIRE_GATE_CHANGES && gate->mm == mm) return true;
    ADD(gate->inside, -1);
    return false;
}

static __always_inline void leave_gate(struct wire_gate *gate) { ADD(gate->inside, -1); }

/* Does nothing while another program is inside, or if a skipped change would be forgotten. */
static __always_inline void give_gate(struct wire_gate *gate, u64 mm) {
    if (__sync_val_compare_and_swap(&gate->inside, 0, WIRE_GATE_CHANGES) != 0) return;
    if (!gate->dirty) {
        gate->mm = mm;
        gate->filled = 0;
    }
    ADD(gate->inside, -WIRE_GATE_CHANGES);
}

/* The last values that a CPU saw of its own parts: shared values, since other CPUs read all parts now and then. */
struct cpu_parts {
    s64 seen[WIRE_GATES][WIRE_KINDS];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, struct cpu_parts);
} parts_of_gates SEC(".maps");

struct look {
    u64 counters;
    s64 sum;    /* of the parts */
    s64 change; /* of the sum of the remembered parts */
    u32 kind;
    u32 gate; /* WIRE_GATES: no gate, nothing is remembered */
};

static __always_inline s32 part_on(u32 cpu, u64 counters) {
    s32 part = 0;

    if (cpu < WIRE_MAX_CPUS) bpf_probe_read_kernel(&part, sizeof(part), (void *)(counters + cpu_offset[cpu]));
    return part;
}

/* Whether the remembered part is the present one, or was replaced meanwhile by one that is at least as new. */
static __always_inline bool remember(struct cpu_parts *parts, u32 cpu, struct look *look) {
    if (!parts) return true;
    s64 *seen = &parts->seen[look->gate & (WIRE_GATES - 1)][look->kind & 3];
    s64 before = read_shared(seen);
    s32 part = part_on(cpu, look->counters);

    look->sum += part;
    if (part == shared_value(before)) return true;
    if (!replace_shared(seen, before, part)) return false;
    look->change += part - shared_value(before);
    return true;
}

static long look_at_cpu(u32 cpu, struct look *look) {
    u32 zero = 0;

    if (look->gate >= WIRE_GATES)
        look->sum += part_on(cpu, look->counters);
    else
        remember(bpf_map_lookup_percpu_elem(&parts_of_gates, &zero, cpu), cpu, look);
    return 0;
}

/* How a counter is read: with the remembered parts, which only a program inside the gate may use and change, or the parts of all
 * CPUs as they are now. */
enum { INSIDE_GATE = 1, ALL_CPUS = 2 };

static __always_inline s64 exact_pages(u64 mm, u32 kind, u32 how) {
    struct wire_gate *gate = gate_of(mm);
    s64 pages = 0;

    if (counters_are_percpu()) {
        struct percpu_counter *counter = __builtin_preserve_access_index(&((struct mm_struct *)mm)->rss_stat[0]);
        u32 zero = 0;
        struct look look = {.kind = kind, .gate = how & INSIDE_GATE ? gate_number(mm) : WIRE_GATES};
        counter = (void *)counter + kind * bpf_core_type_size(struct percpu_counter);
        pages = BPF_CORE_READ(counter, count);
        if (how & INSIDE_GATE) gate->count[kind & 3] = pages;
        look.counters = (u64)BPF_CORE_READ(counter, counters);
        if (how == INSIDE_GATE && gate->filled) {
            struct cpu_parts *parts = bpf_map_lookup_elem(&parts_of_gates, &zero);
            for (int i = 0; i < 3; i++)
                if (remember(parts, bpf_get_smp_processor_id(), &look)) break;
            pages += ADD(gate->parts[kind & 3], look.change) + look.change;
        } else {
            bpf_loop(cpu_count, look_at_cpu, &look, 0);
            if (look.change != 0) ADD(gate->parts[kind & 3], look.change);
            pages += look.sum;
        }
    } else {
        atomic_long_t *counts = __builtin_preserve_access_index(&((struct mm_struct___atomic *)mm)->rss_stat.count[0]);
        bpf_probe_read_kernel(&pages, sizeof(pages), counts + kind);
        if (how & INSIDE_GATE) gate->count[kind & 3] = pages;
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
