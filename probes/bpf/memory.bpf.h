/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Keeps the resident memory of the tree: exact per address space, and its sum with maximum and time integral, without locks.
 *
 * The kernel reports that a counter of an mm changed (kmem:rss_stat) but not by how much. The exact value is count plus all
 * per-CPU parts; `count` changes only once per batch. To keep page faults cheap, a change is skipped, and only marks the gate as
 * dirty, if it does not move `count` and leaves its CPU's part within a step of what was remembered: the sum then lags by less
 * than a step per CPU. While the sum is within the largest possible lag of its maximum, no change is skipped, so that the maximum
 * is exact. Entering that range refreshes every dirty gate. */
#pragma once

#include "counters.bpf.h"

struct wire_memory memory;

/* Set before load. */
const volatile __u32 every_event = 0;
const volatile __u64 interval_ns = 10000000;
const volatile __u32 ends_with_command = 1;

__u64 last_space_id;
__u64 live_spaces;
__u32 near_peak = 1;

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, WIRE_MAX_SPACES);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, u64); /* mm_struct */
    __type(value, struct wire_space);
} spaces SEC(".maps");

/* ---- the window ---- */

static __always_inline void command_ended(u64 now_ns) {
    if (!totals.end_ns) totals.end_ns = now_ns;
}

/* Processes that the command leaves behind are no longer measured, unless perfwrap waits for them. */
static __always_inline bool window_is_closed(void) { return ends_with_command && totals.end_ns; }

/* It is followed nevertheless, so that perfwrap can end it. */
static __always_inline bool started_after_window(const struct wire_process *process) { return process->threads_peak == 0; }

/* ---- the tree's sums ---- */

static __always_inline u64 time_since_exec(u64 now_ns) { return now_ns > totals.exec_ns ? now_ns - totals.exec_ns : 0; }

static __always_inline s64 change_series(struct wire_series *series, s64 change, u64 since_exec_ns) {
    s64 now = ADD(series->now, change) + change;

    ADD(series->area, change * (s64)(since_exec_ns >> WIRE_TIME_SHIFT));
    if (now > series->maximum) raise_maximum(&series->maximum, now);
    return now;
}

/* A map instead of a global variable, since the initial values of global variables are copied several times during loading. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, WIRE_BUCKETS);
    __uint(map_flags, BPF_F_MMAPABLE);
    __type(key, u32);
    __type(value, struct wire_bucket);
} buckets SEC(".maps");

static __always_inline void change_bucket(s64 change, s64 now, u64 since_exec_ns) {
    u64 number = since_exec_ns / interval_ns;
    u32 index = number & (WIRE_BUCKETS - 1);
    struct wire_bucket *bucket = bpf_map_lookup_elem(&buckets, &index);

    if (!bucket) return;
    u64 lap = bucket->lap;
    if (lap != number + 1) {
        /* Looked at first: once the lap is written, other CPUs add to the new one. */
        bool unread = *(volatile s64 *)&bucket->change != 0 || *(volatile s64 *)&bucket->area != 0;
        if (__sync_val_compare_and_swap(&bucket->lap, lap, number + 1) == lap && unread) ADD(memory.lost_buckets, 1);
    }
    ADD(bucket->change, change);
    ADD(bucket->area, change * (s64)(since_exec_ns - number * interval_ns));
    if (now > bucket->maximum) raise_maximum(&bucket->maximum, now);
}

/* The most by which the sum can lag behind because of dirty gates: a step per CPU, for each of three kinds. */
static __always_inline s64 largest_lag(void) {
    u64 lagging = live_spaces < WIRE_GATES ? live_spaces : WIRE_GATES;

    return (lagging + 1) * 3 * step_pages * cpu_count;
}

__noinline int account(struct wire_space *space, u32 kind, s64 change, u64 since_exec_ns) {
    if (!space || window_is_closed()) return 0;
    change_series(&memory.series[kind & 3], change, since_exec_ns);
    if (kind == WIRE_SWAP) return 0;

    if (space->peak_number != memory.peak_number) {
        space->rss_at_peak = space->rss;
        space->peak_number = memory.peak_number;
    }
    s64 own = ADD(space->rss, change) + change;
    if (own > space->rss_peak) {
        space->rss_peak = own;
        if (own > memory.largest_process) raise_maximum(&memory.largest_process, own);
    }
    s64 maximum = memory.series[WIRE_RSS].maximum;
    s64 now = change_series(&memory.series[WIRE_RSS], change, since_exec_ns);
    if (now > maximum) {
        ADD(memory.peak_number, 1);
        memory.peak_ns = totals.exec_ns + since_exec_ns;
    }
    change_bucket(change, now, since_exec_ns);
    return 0;
}

/* ---- exact values ---- */

/* The pages of an address space that has been dropped. */
#define DROPPED (-1)

/* Returns 0 if another program has written the value since before the counters were read. */
static __always_inline int replace_pages(struct wire_space *space, u32 kind, s64 before, s64 pages, u64 since_exec_ns) {
    if (before == DROPPED) return 1;
    if (!replace_shared(&space->pages[kind & 3], before, pages)) return 0;
    if (pages != shared_value(before)) account(space, kind, pages - shared_value(before), since_exec_ns);
    return 1;
}

__noinline int try_refresh(u64 mm, struct wire_space *space, u32 kind, u64 since_exec_ns) {
    if (!space) return 1;
    s64 before = read_shared(&space->pages[kind & 3]);
    return replace_pages(space, kind, before, exact_pages(mm, kind), since_exec_ns);
}

/* Brings one kind of one address space up to date, inside its gate. If three attempts fail, the last of the other writers has
 * read the counters after the first attempt, and so knows this change. */
static __always_inline void refresh(u64 mm, struct wire_space *space, u32 kind, u64 since_exec_ns) {
    for (int i = 0; i < 3; i++)
        if (try_refresh(mm, space, kind, since_exec_ns)) return;
}

__noinline int try_refresh_all_kinds(u64 mm, struct wire_space *space, u64 since_exec_ns, u32 inside) {
    s64 before[WIRE_KINDS];
    struct look look = {};
    int done = 1;

    if (!space) return 1;
    for (u32 kind = 0; kind < WIRE_KINDS; kind++) before[kind] = read_shared(&space->pages[kind]);
    exact_pages_of_all_kinds(mm, inside, &look);
    for (u32 kind = 0; kind < WIRE_KINDS; kind++)
        done &= replace_pages(space, kind, before[kind], look.pages[kind], since_exec_ns);
    return done;
}

__noinline int refresh_all_kinds(u64 mm, u64 since_exec_ns) {
    struct wire_gate *gate = gate_of(mm);
    bool inside = enter_gate(gate, mm);

    if (inside) gate->dirty = 0;
    struct wire_space *space = bpf_map_lookup_elem(&spaces, &mm);
    for (int i = 0; space && i < 3; i++)
        if (try_refresh_all_kinds(mm, space, since_exec_ns, inside)) break;
    if (inside) {
        if (space) gate->filled = 1;
        leave_gate(gate);
    }
    return 0;
}

static long refresh_if_dirty(u32 index, u64 *since_exec_ns) {
    struct wire_gate *gate = &gates[index & (WIRE_GATES - 1)];

    if (gate->mm && gate->dirty) refresh_all_kinds(gate->mm, *since_exec_ns);
    return 0;
}

__noinline int refresh_dirty(u64 since_exec_ns) {
    bpf_loop(WIRE_GATES, refresh_if_dirty, &since_exec_ns, 0);
    return 0;
}

/* After every change of the sum, and of the largest possible lag. */
static __always_inline void watch_peak(u64 since_exec_ns) {
    if (every_event) return;
    s64 now = memory.series[WIRE_RSS].now, maximum = memory.series[WIRE_RSS].maximum, lag = largest_lag();

    if (near_peak) {
        if (now + 2 * lag < maximum) near_peak = 0;
    } else if (now + lag >= maximum) {
        near_peak = 1;
        refresh_dirty(since_exec_ns);
    }
}

/* ---- address spaces come and go ---- */

/* The gate's address space before it is brought up to date first. */
static __always_inline void take_gate(u64 mm, u64 since_exec_ns) {
    struct wire_gate *gate = gate_of(mm);

    if (gate->mm && gate->dirty) refresh_all_kinds(gate->mm, since_exec_ns);
    give_gate(gate, mm);
}

static __always_inline void close_gate(u64 mm) {
    struct wire_gate *gate = gate_of(mm);

    if (gate->mm != mm) return;
    gate->dirty = 0;
    give_gate(gate, 0);
}

/* Reads the counters only if changes were skipped: what has no gate is up to date. */
static __always_inline void refresh_if_behind(u64 mm) {
    struct wire_gate *gate = gate_of(mm);

    if (gate->mm == mm && gate->dirty) refresh_all_kinds(mm, time_since_exec(bpf_ktime_get_ns()));
}

__noinline int drop_space(u64 mm, u64 since_exec_ns) {
    struct wire_space *space = bpf_map_lookup_elem(&spaces, &mm);
    bool left = false;

    if (!space) return 0;
    close_gate(mm);
    for (u32 kind = 0; kind < WIRE_KINDS; kind++) {
        s64 before = __sync_lock_test_and_set(&space->pages[kind], DROPPED), pages = shared_value(before);
        if (before == DROPPED || pages == 0) continue;
        account(space, kind, -pages, since_exec_ns);
        left = true;
    }
    if (left) ADD(memory.unbalanced, 1);
    if (bpf_map_delete_elem(&spaces, &mm) == 0) ADD(live_spaces, -1);
    return 0;
}

static __always_inline void hand_over_peak(struct wire_process *process, const struct wire_space *space) {
    s64 at_peak = space->peak_number == memory.peak_number ? space->rss_at_peak : space->rss;

    process->rss_peak = space->rss_peak;
    /* A program that the process replaced by exec may have held memory at the peak as well. */
    if (process->peak_number == memory.peak_number) at_peak += process->rss_at_peak;
    process->rss_at_peak = at_peak;
    process->peak_number = memory.peak_number;
}

/* A function of its own, since older kernels limit the sum of the stacks along a chain of calls. */
__noinline int add_space(struct wire_process *owner, u64 owner_key, u64 mm) {
    if (!owner) return 0;
    struct wire_space fresh = {
        .id = ADD(last_space_id, 1) + 1,
        .owner = owner->id,
        .owner_key = owner_key,
        .peak_number = memory.peak_number,
    };

    if (bpf_map_update_elem(&spaces, &mm, &fresh, BPF_ANY) != 0) {
        ADD(memory.lost_spaces, 1);
        return 0;
    }
    ADD(live_spaces, 1);
    return 1;
}

__noinline int join_space(struct wire_process *process, u64 process_key, u64 mm) {
    if (!process) return 0;
    struct wire_space *space = bpf_map_lookup_elem(&spaces, &mm);
    u64 since_exec_ns = time_since_exec(bpf_ktime_get_ns());

    process->space_key = mm;
    process->rss_peak = -1;
    if (space && space->users == 0) {
        /* The address belonged to an address space whose end was missed. */
        drop_space(mm, since_exec_ns);
        space = 0;
    }
    if (!space) {
        if (!add_space(process, process_key, mm)) return 0;
        if (gate_of(mm)->stranger == mm) gate_of(mm)->stranger = 0;
        take_gate(mm, since_exec_ns);
        refresh_all_kinds(mm, since_exec_ns);
        space = bpf_map_lookup_elem(&spaces, &mm);
        if (!space) return 0;
    }
    process->space = space->id;
    ADD(space->users, 1);
    return 0;
}

static __always_inline struct wire_space *space_of(struct wire_process *process) {
    u64 mm = process->space_key;
    struct wire_space *space = bpf_map_lookup_elem(&spaces, &mm);

    return space && space->id == process->space ? space : 0;
}

static __always_inline void hand_over_if_owner(struct wire_process *process) {
    struct wire_space *space = space_of(process);

    if (space && space->owner == process->id) hand_over_peak(process, space);
}

static __always_inline bool is_empty(const struct wire_space *space) {
    return space->rss == 0 && shared_value(space->pages[WIRE_SWAP]) == 0;
}

/* An address space that is not empty is dropped at the end of its teardown, once the last reference to it is released. */
__noinline int stop_using_space(struct wire_process *process) {
    if (!process) return 0;
    struct wire_space *space = space_of(process);

    if (!space || ADD(space->users, -1) != 1 || !is_empty(space)) return 0;
    hand_over_if_owner(process);
    drop_space(process->space_key, time_since_exec(bpf_ktime_get_ns()));
    return 0;
}

/* ---- every change ---- */

__noinline int rss_changed(u64 mm, u32 kind, u32 users) {
    struct wire_space *space = bpf_map_lookup_elem(&spaces, &mm);
    struct wire_gate *gate = gate_of(mm);

    if (!space) {
        close_gate(mm);
        /* If it joins the tree at this moment, either this or join_space() notices. */
        __sync_lock_test_and_set(&gate->stranger, mm);
        if (bpf_map_lookup_elem(&spaces, &mm)) gate->stranger = 0;
        return 0;
    }
    u64 since_exec_ns = time_since_exec(bpf_ktime_get_ns());
    bool inside = enter_gate(gate, mm);
    if (inside) {
        /* During teardown every skipped change has to be accounted for, also of kinds for which no event follows. */
        inside = gate->filled && !(users == 0 && gate->dirty);
        if (inside) refresh(mm, space, kind, since_exec_ns);
        leave_gate(gate);
    } else {
        take_gate(mm, since_exec_ns);
    }
    if (!inside) refresh_all_kinds(mm, since_exec_ns);
    watch_peak(since_exec_ns);
    if (users == 0 && is_empty(space)) {
        u64 owner_key = space->owner_key;
        struct wire_process *owner = bpf_map_lookup_elem(&processes, &owner_key);
        if (owner && owner->space == space->id) {
            hand_over_peak(owner, space);
            if (owner->end_ns) {
                owner->end_ns = totals.exec_ns + since_exec_ns;
                if (owner->parent_id == 0) command_ended(owner->end_ns);
            }
        }
        drop_space(mm, since_exec_ns);
    }
    return 0;
}

/* Whether this change of a counter (kmem:rss_stat) can be skipped for now. Nearly every page fault takes this path. */
static __always_inline bool may_pass_over(u64 mm, const struct mm_struct *typed, u32 kind) {
    struct wire_gate *gate = gate_of(mm);

    if (!totals.exec_ns) return true;
    if (gate->mm != mm) return gate->stranger == mm;
    /* Without users, exit_mmap() is tearing the address space down, and every change counts. */
    if (every_event || near_peak || typed->mm_users.counter == 0 || !is_nearly_remembered(mm, kind)) return false;
    if (!gate->dirty) gate->dirty = 1;
    return true;
}

/* Called before the sums are read for the last time. */
static __always_inline int settle(void) { return refresh_dirty(time_since_exec(bpf_ktime_get_ns())); }
