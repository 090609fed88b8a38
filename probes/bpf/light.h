/* SPDX-License-Identifier: MIT */
/* The BPF programs as a light skeleton: the kernel itself resolves them against its type information, in a third of the time that
 * libbpf takes to read and search 5 MB of it. This is C because the generated code is C. */
#pragma once

#include "wire.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Constants that are set before the programs are loaded. */
struct bpf_settings {
    __u32 cpu_count;            /* possible CPUs */
    __s64 step_pages;           /* smaller changes of a per-CPU part of an mm counter may be passed over */
    __u32 every_event;          /* 1: every change of a counter is followed at once */
    __u64 interval_ns;          /* of the timeline */
    __u32 follows_cgroup;       /* 1: the command's own memory cgroup is followed */
    __u32 ends_with_command;    /* 0: processes that the command leaves behind are measured as well */
    __u32 tell_strangers_apart; /* 1: the arguments of processes with rights of their own are not recorded */
    __u32 max_processes;        /* live ones that can be followed */
};

/* The programs, loaded and attached. Descriptors and memory belong to the loader that made them. */
struct bpf_loaded {
    int processes_map, spaces_map, exited_map, unreaped_map, records_map, buckets_map;
    int command_program; /* its argument is one of WIRE_CALIBRATE... */
    int live_threads_link;
    int links[8], link_count;
    int followers[6], follower_count; /* programs of which no run may be skipped; the others look again later */
    struct wire_totals *totals;       /* shared with the kernel */
    struct wire_memory *memory;
    struct wire_bucket *buckets;
    const __u32 *faults_told_late;
    __u64 *cgroup_id;
    /* Other state of a single run, reset before the next. */
    struct wire_gate *gates;
    __u64 *exited_now, *unreaped_now, *unwatched, *live_spaces, *target_memcg;
    __u32 *near_peak;
};

struct light;

/* Null if this kernel cannot load it; errno says why. */
struct light *light_load(const struct bpf_settings *settings, struct bpf_loaded *loaded);
void light_unload(struct light *light);

#ifdef __cplusplus
}
#endif
