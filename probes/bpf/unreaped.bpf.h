/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* processes_peak counts an ended process until it is reaped. The kernel has no event for the reaping, so ended group leaders are
 * kept in a few slots and looked at when a new process would make a new maximum; sched_process_free clears what is left. */
#pragma once

#include "common.bpf.h"

__u64 unreaped_now;

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, WIRE_MAX_UNREAPED);
    __type(key, u32);
    __type(value, u64); /* task_struct of the group leader; 0: free */
} unreaped SEC(".maps");

struct slot_search {
    u64 leader; /* whose slot; not used by drop_if_reaped */
    u64 taken;  /* how many taken slots there were at the beginning */
    u64 seen;   /* how many of them were passed: after the last one the rest is free */
    bool found;
};

static long take_slot(void *map, const u32 *index, u64 *slot, struct slot_search *search) {
    search->found = *slot == 0 && __sync_val_compare_and_swap(slot, 0, search->leader) == 0;
    return search->found;
}

static __always_inline void give_back(u64 *slot, u64 leader) {
    if (__sync_val_compare_and_swap(slot, leader, 0) != leader) return;
    ADD(totals.processes_now, -1);
    ADD(unreaped_now, -1);
}

static long clear_slot(void *map, const u32 *index, u64 *slot, struct slot_search *search) {
    u64 leader = *slot;

    if (leader == 0) return 0;
    if (leader == search->leader) {
        give_back(slot, leader);
        return 1;
    }
    return ++search->seen >= search->taken;
}

static long drop_if_reaped(void *map, const u32 *index, u64 *slot, struct slot_search *search) {
    u64 leader = *slot;

    if (leader == 0) return 0;
    if (BPF_CORE_READ((struct task_struct *)leader, exit_state) & EXIT_DEAD) give_back(slot, leader);
    return ++search->seen >= search->taken;
}

static __always_inline void process_ended_unreaped(struct task_struct *leader) {
    struct slot_search search = {.leader = (u64)leader};

    ADD(unreaped_now, 1);
    bpf_for_each_map_elem(&unreaped, take_slot, &search, 0);
    if (search.found) return;
    ADD(unreaped_now, -1);
    ADD(totals.processes_now, -1);
}

static __always_inline void count_new_process(void) {
    u64 now = ADD(totals.processes_now, 1) + 1;

    if (now > totals.processes_peak && unreaped_now) {
        struct slot_search search = {.taken = unreaped_now};
        bpf_for_each_map_elem(&unreaped, drop_if_reaped, &search, 0);
        now = totals.processes_now;
    }
    raise_maximum(&totals.processes_peak, now);
}
