/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The exact values of an address space's counters (mm->rss_stat).
 *
 * A counter's value is count plus the parts of all CPUs. A part changes only on its own CPU, and the event follows on the same
 * CPU. So each CPU remembers the last value of its part, the gate keeps the sum of the remembered parts, and an event reads only
 * one part, however many CPUs there are. All parts are read when an address space gets a gate, and when changes were skipped and
 * have to be known. The sum always equals the sum of what is remembered, even when a gate is reused for another address space:
 * whenever a remembered part is replaced, the difference is added to the sum.
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

/* Multiplied by the golden ratio, so that neighbours in the kernel's slabs get different gates. */
static __always_inline u32 gate_number(u64 mm) { return ((u32)(mm >> 6) * 0x9E3779B1U) >> (32 - WIRE_GATE_BITS); }

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
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, WIRE_MAX_CPUS); /* less is set before load */
    __type(key, u32);
    __type(value, struct cpu_parts);
} parts_of_cpus SEC(".maps");

static __always_inline s64 *seen_on(u32 cpu, u32 gate, u32 kind) {
    struct cpu_parts *parts = bpf_map_lookup_elem(&parts_of_cpus, &cpu);

    return parts ? &parts->seen[gate & (WIRE_GATES - 1)][kind & 3] : 0;
}

/* ---- where the kernel counts per CPU ---- */

static __always_inline struct percpu_counter *percpu_counter_of(u64 mm, u32 kind) {
    u64 first = (u64)__builtin_preserve_access_index(&((struct mm_struct *)mm)->rss_stat[0]);

    return (struct percpu_counter *)(first + kind * bpf_core_type_size(struct percpu_counter));
}

static __always_inline s32 part_on(u32 cpu, u64 counters) {
    if (cpu >= WIRE_MAX_CPUS) return 0;
    /* The type is one that begins with a number of 32 bits. */
    return READ((struct refcount_struct *)(counters + cpu_offset[cpu]), refs.counter);
}

/* Reads a part and remembers it. Whether the remembered part is the present one, or was replaced meanwhile by one that is at
 * least as new. */
static __always_inline bool remember(s64 *seen, u32 cpu, u64 counters, s64 *sum, s64 *change) {
    s64 before = read_shared(seen);
    s32 part = part_on(cpu, counters);

    *sum += part;
    if (part == shared_value(before)) return true;
    if (!replace_shared(seen, before, part)) return false;
    *change += part - shared_value(before);
    return true;
}

/* Small, since older kernels limit the sum of the stacks along a chain of calls. */
struct look {
    s64 pages[WIRE_KINDS];
    u64 counters[WIRE_KINDS];
    u32 gate; /* WIRE_GATES: no gate, nothing is remembered */
};

static long look_at_cpu(u32 cpu, struct look *look) {
    struct cpu_parts *parts = bpf_map_lookup_elem(&parts_of_cpus, &cpu);

    if (!parts) return 0;
    for (u32 kind = 0; kind < WIRE_KINDS; kind++) {
        s64 sum = 0, change = 0;
        if (look->gate >= WIRE_GATES)
            sum = part_on(cpu, look->counters[kind]);
        else
            remember(&parts->seen[look->gate & (WIRE_GATES - 1)][kind], cpu, look->counters[kind], &sum, &change);
        if (change != 0) ADD(gates[look->gate & (WIRE_GATES - 1)].parts[kind], change);
        look->pages[kind] += sum;
    }
    return 0;
}

/* ---- exact values ---- */

/* Of one kind, inside a gate that is filled: with the remembered parts of the other CPUs. */
static __always_inline s64 exact_pages(u64 mm, u32 kind) {
    struct wire_gate *gate = gate_of(mm);
    s64 pages = 0;

    if (counters_are_percpu()) {
        struct percpu_counter *counter = percpu_counter_of(mm, kind);
        u32 cpu = bpf_get_smp_processor_id();
        s64 *seen = seen_on(cpu, gate_number(mm), kind);
        s64 sum = 0, change = 0;
        gate->count[kind & 3] = pages = READ(counter, count);
        u64 counters = (u64)READ(counter, counters);
        for (int i = 0; seen && i < 3; i++)
            if (remember(seen, cpu, counters, &sum, &change)) break;
        pages += change == 0 ? *(volatile s64 *)&gate->parts[kind & 3] : ADD(gate->parts[kind & 3], change) + change;
    } else {
        atomic_long_t *counts = __builtin_preserve_access_index(&((struct mm_struct___atomic *)mm)->rss_stat.count[0]);
        bpf_probe_read_kernel(&pages, sizeof(pages), counts + kind);
        gate->count[kind & 3] = pages;
    }
    return pages > 0 ? pages : 0;
}

/* Of all kinds, from the parts of all CPUs as they are now; they are remembered only inside the gate. */
static __always_inline void exact_pages_of_all_kinds(u64 mm, bool inside, struct look *look) {
    struct wire_gate *gate = gate_of(mm);

    if (counters_are_percpu()) {
        look->gate = inside ? gate_number(mm) : WIRE_GATES;
        for (u32 kind = 0; kind < WIRE_KINDS; kind++) {
            struct percpu_counter *counter = percpu_counter_of(mm, kind);
            look->pages[kind] = READ(counter, count);
            look->counters[kind] = (u64)READ(counter, counters);
            if (inside) gate->count[kind] = look->pages[kind];
        }
        bpf_loop(cpu_count, look_at_cpu, look, 0);
    } else {
        atomic_long_t *counts = __builtin_preserve_access_index(&((struct mm_struct___atomic *)mm)->rss_stat.count[0]);
        bpf_probe_read_kernel(look->pages, sizeof(look->pages), counts);
        for (u32 kind = 0; inside && kind < WIRE_KINDS; kind++) gate->count[kind] = look->pages[kind];
    }
    for (u32 kind = 0; kind < WIRE_KINDS; kind++)
        if (look->pages[kind] < 0) look->pages[kind] = 0;
}

/* The largest change of a counter's part that may be passed over, plus one. Set before load. */
const volatile __s64 step_pages = 32;

/* Whether this CPU's part of the counter has moved by less than a step since it was remembered. A part may go from one edge of
 * the kernel's batch to the other while `count` stays as it was: that is nearly two batches. */
static __always_inline bool is_nearly_remembered(u64 mm, u32 kind) {
    if (!counters_are_percpu()) return false;
    struct percpu_counter *counter = percpu_counter_of(mm, kind);
    if (READ(counter, count) != gate_of(mm)->count[kind & 3]) return false;
    u32 cpu = bpf_get_smp_processor_id();
    const s64 *seen = seen_on(cpu, gate_number(mm), kind);
    if (!seen) return false;
    s64 moved = part_on(cpu, (u64)READ(counter, counters)) - shared_value(read_shared(seen));
    return moved < step_pages && -moved < step_pages;
}

/* ---- calibration ---- */

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, u64);
} on_each_cpu SEC(".maps");

/* Finds out which kind of counters the kernel has, and where each CPU's copy of a per-CPU variable is. The helper returns the
 * address of each CPU's copy of the only element of a per-CPU array; the array itself holds the per-CPU pointer. */
static __always_inline int calibrate(void) {
    u32 zero = 0;
    u64 base = 0;
    struct bpf_array *array;

    faults_told_late = !counters_are_percpu();
    calibration_address = (u64)&on_each_cpu;
    array = (struct bpf_array *)calibration_address;
    if (bpf_probe_read_kernel(&base, sizeof(base), __builtin_preserve_access_index(&array->pptrs[0])) != 0) return 0;
    for (u32 cpu = 0; cpu < WIRE_MAX_CPUS && cpu < cpu_count; cpu++) {
        void *copy = bpf_map_lookup_percpu_elem(&on_each_cpu, &zero, cpu);
        if (!copy) return 0;
        calibration_address = (u64)copy;
        cpu_offset[cpu] = calibration_address - base;
    }
    return 0;
}
