/* SPDX-License-Identifier: MIT */
#include "light.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "light.lskel.h"

enum { MAX_LINKS = 8 };

struct light {
    struct bpf_light *skeleton;
    int links[MAX_LINKS];
    int link_count;
};

/* BPF_RAW_TRACEPOINT_OPEN with a cookie, which libbpf 1.1 does not support yet. */
static int attach(struct light *light, int program, const char *tracepoint, __u64 cookie) {
    struct {
        __u64 name;
        __u32 prog_fd, padding;
        __u64 cookie;
    } attr = {.name = (__u64)(unsigned long)tracepoint, .prog_fd = (__u32)program, .cookie = cookie};
    int link = (int)syscall(SYS_bpf, BPF_RAW_TRACEPOINT_OPEN, &attr, sizeof(attr));

    if (link < 0) return -errno;
    light->links[light->link_count++] = link;
    return 0;
}

static int attach_all(struct light *light, const struct bpf_settings *settings) {
    int rare = light->skeleton->progs.on_rare_event.prog_fd, interrupt = light->skeleton->progs.on_interrupt.prog_fd;
    int slot = 0, error;

    error = bpf_map_update_elem(light->skeleton->maps.rare_events.map_fd, &slot, &rare, BPF_ANY);
    if (!error) error = attach(light, rare, "sched_process_fork", WIRE_ON_FORK);
    if (!error) error = attach(light, rare, "sched_process_exec", WIRE_ON_EXEC);
    if (!error) error = attach(light, rare, "sched_process_exit", WIRE_ON_EXIT);
    if (!error) error = attach(light, interrupt, "sched_process_free", WIRE_ON_FREE);
    if (!error) error = attach(light, interrupt, "hrtimer_expire_entry", WIRE_ON_TIMER);
    if (!error) error = attach(light, light->skeleton->progs.on_rss_stat.prog_fd, "rss_stat", WIRE_ON_RSS_STAT);
    if (!error && settings->follows_cgroup) error = attach(light, rare, "mod_memcg_lruvec_state", WIRE_ON_PHYSICAL);
    if (!error) error = bpf_light__live_threads__attach(light->skeleton) < 0 ? -errno : 0;
    return error;
}

static int load(struct light *light, const struct bpf_settings *settings) {
    light->skeleton = bpf_light__open();
    if (!light->skeleton) return -errno;
    light->skeleton->rodata->cpu_count = settings->cpu_count;
    light->skeleton->rodata->step_pages = settings->step_pages;
    light->skeleton->rodata->every_event = settings->every_event;
    light->skeleton->rodata->interval_ns = settings->interval_ns;
    light->skeleton->rodata->strangers_told_apart = settings->tell_strangers_apart;
    light->skeleton->rodata->ends_with_command = settings->ends_with_command;
    light->skeleton->maps.processes.max_entries = settings->max_processes;
    light->skeleton->maps.spaces.max_entries = settings->max_processes;
    light->skeleton->maps.parts_of_cpus.max_entries = settings->cpu_count;
    return bpf_light__load(light->skeleton);
}

struct light *light_load(const struct bpf_settings *settings, struct bpf_loaded *loaded) {
    struct light *light = calloc(1, sizeof(*light));
    int error;

    if (!light) return NULL;
    error = load(light, settings);
    if (!error) error = attach_all(light, settings);
    if (error) {
        light_unload(light);
        errno = -error;
        return NULL;
    }
    loaded->processes_map = light->skeleton->maps.processes.map_fd;
    loaded->spaces_map = light->skeleton->maps.spaces.map_fd;
    loaded->exited_map = light->skeleton->maps.exited.map_fd;
    loaded->unreaped_map = light->skeleton->maps.unreaped.map_fd;
    loaded->records_map = light->skeleton->maps.records.map_fd;
    loaded->buckets_map = light->skeleton->maps.buckets.map_fd;
    memcpy(loaded->links, light->links, sizeof(light->links));
    loaded->link_count = light->link_count;
    loaded->follower_count = 0;
    loaded->followers[loaded->follower_count++] = light->skeleton->progs.on_rss_stat.prog_fd;
    /* What it allocates itself changes counters of cgroups, of which nothing is counted. */
    if (!settings->follows_cgroup) loaded->followers[loaded->follower_count++] = light->skeleton->progs.on_rare_event.prog_fd;
    loaded->command_program = light->skeleton->progs.on_rare_event.prog_fd;
    loaded->live_threads_link = light->skeleton->links.live_threads_fd;
    loaded->totals = &light->skeleton->bss->totals;
    loaded->memory = &light->skeleton->bss->memory;
    loaded->faults_told_late = &light->skeleton->bss->faults_told_late;
    loaded->cgroup_id = &light->skeleton->bss->cgroup_id;
    loaded->gates = light->skeleton->bss->gates;
    loaded->exited_now = &light->skeleton->bss->exited_now;
    loaded->unreaped_now = &light->skeleton->bss->unreaped_now;
    loaded->unwatched = &light->skeleton->bss->unwatched;
    loaded->live_spaces = &light->skeleton->bss->live_spaces;
    loaded->target_memcg = &light->skeleton->bss->target_memcg;
    loaded->near_peak = &light->skeleton->data->near_peak;
    return light;
}

void light_unload(struct light *light) {
    for (int i = 0; i < light->link_count; i++) close(light->links[i]);
    if (light->skeleton) bpf_light__destroy(light->skeleton);
    free(light);
}
