/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* processes_peak counts an ended process until it is reaped. The kernel has no event for reaping, so ended group leaders are kept
 * in a few slots and checked when a new process would make a new maximum, when no slot is free, and when perfwrap asks for it.
 * A leader is identified by its address and start time, as the address may belong to another task after the reaping. */
#pragma once

#include "common.bpf.h"

__u64 unreaped_now;
/* Processes that ended while all slots were taken. They are counted as reaped at once. */
__u64 unwatched;

struct unreaped_leader {
    u64 task;       /* 0: a free slot */
    u64 start_time; /* 0: not known yet */
};

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, WIRE_MAX_UNREAPED);
    __type(key, u32);
    __type(value, struct unreaped_leader);
} unreaped SEC(".maps");

struct slot_search {
    struct unreaped_leader leader; /* to be put into a slot */
    u64 taken;                     /* number of taken slots at the beginning */
    u64 seen;                      /* how many of them were visited; after the last one all others are free */
    bool found;
};

static long take_slot(void *map, const u32 *index, struct unreaped_leader *slot, struct slot_search *search) {
    search->found = slot->task == 0 && __sync_val_compare_and_swap(&slot->task, 0, search->leader.task) == 0;
    if (search->found) slot->start_time = search->leader.start_time;
    return search->found;
}

static long drop_if_reaped(void *map, const u32 *index, struct unreaped_leader *slot, struct slot_search *search) {
    struct task_struct *leader = (struct task_struct *)slot->task;

    if (!leader) return 0;
    u64 start_time = slot->start_time;
    bool reused = start_time && READ(leader, start_time) != start_time;
    if (reused || READ(leader, exit_state) & EXIT_DEAD) {
        slot->start_time = 0;
        if (__sync_val_compare_and_swap(&slot->task, (u64)leader, 0) == (u64)leader) {
            ADD(totals.processes_now, -1);
            ADD(unreaped_now, -1);
        }
    }
    return ++search->seen >= search->taken;
}

__noinline int drop_reaped(void) {
    struct slot_search search = {.taken = unreaped_now};

    if (search.taken) bpf_for_each_map_elem(&unreaped, drop_if_reaped, &search, 0);
    return 0;
}

static __always_inline void process_ended_unreaped(struct task_struct *leader) {
    struct slot_search search = {.leader = {.task = address_of(leader), .start_time = leader->start_time}};

    if (ADD(unreaped_now, 1) >= WIRE_MAX_UNREAPED) drop_reaped();
    bpf_for_each_map_elem(&unreaped, take_slot, &search, 0);
    if (search.found) return;
    ADD(unwatched, 1);
    ADD(unreaped_now, -1);
    ADD(totals.processes_now, -1);
}

__noinline int count_new_process(void) {
    u64 now = ADD(totals.processes_now, 1) + 1;

    if (now > totals.processes_peak && unreaped_now) {
        drop_reaped();
        now = totals.processes_now;
    }
    if (now + unwatched > totals.processes_peak) totals.lost_unreaped = unwatched;
    raise_maximum(&totals.processes_peak, now);
    return 0;
}
