/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Physical memory of the tree: each page once, however many processes map it. The kernel keeps these figures per memory cgroup
 * and reports every change (memcg:mod_memcg_lruvec_state, Linux 6.13 on); the command has a cgroup of its own, empty at first. */
#pragma once

#include "memory.bpf.h"

/* The inode of the cgroup's directory; 0: not followed. Set by perfwrap before each run. */
__u64 cgroup_id;

__u64 target_memcg;

static __always_inline bool is_target(struct mem_cgroup *memcg) {
    struct cgroup_subsys_state *css = &memcg->css;

    /* Cgroups that the command makes below its own are followed as well. */
    for (int depth = 0; depth < WIRE_MAX_CGROUP_DEPTH && css; depth++) {
        if (target_memcg ? (u64)css == target_memcg : css->cgroup->kn->id == cgroup_id) {
            target_memcg = (u64)css;
            return true;
        }
        css = css->parent;
    }
    return false;
}

/* At mod_memcg_lruvec_state. */
static __always_inline int physical_changed(struct mem_cgroup *memcg, int item, int pages) {
    u32 kind;

    if (window_is_closed()) return 0;
    if (item == bpf_core_enum_value(enum node_stat_item, NR_ANON_MAPPED))
        kind = WIRE_PHYSICAL_ANON;
    else if (item == bpf_core_enum_value(enum node_stat_item, NR_FILE_MAPPED))
        kind = WIRE_PHYSICAL_FILE_MAPPED;
    else if (item == bpf_core_enum_value(enum node_stat_item, NR_SHMEM))
        kind = WIRE_PHYSICAL_SHMEM;
    else
        return 0;
    if (is_target(memcg)) change_series(&memory.physical[kind], pages, totals.exec_ns ? time_since_exec(bpf_ktime_get_ns()) : 0);
    return 0;
}

/* The memory of perfwrap's own image before the exec has been freed by now and is not counted. */
static __always_inline void start_physical(void) {
    for (u32 kind = 0; kind < WIRE_PHYSICAL_KINDS; kind++) memory.physical[kind].maximum = memory.physical[kind].now;
}
