/* SPDX-License-Identifier: MIT */
#include "light.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tree.lskel.h"

struct tree_light *light_load(const struct bpf_settings *settings, struct bpf_loaded *loaded) {
    struct tree_light *light = tree_light__open();
    int error;

    if (!light) return NULL;
    light->rodata->cpu_count = settings->cpu_count;
    light->rodata->batch_pages = settings->batch_pages;
    light->rodata->every_event = settings->every_event;
    light->rodata->interval_ns = settings->interval_ns;
    light->maps.processes.max_entries = settings->max_processes;
    light->maps.spaces.max_entries = settings->max_processes;
    error = tree_light__load(light);
    if (!error) error = tree_light__on_fork__attach(light) < 0 ? -errno : 0;
    if (!error) error = tree_light__on_exec__attach(light) < 0 ? -errno : 0;
    if (!error) error = tree_light__on_exit__attach(light) < 0 ? -errno : 0;
    if (!error) error = tree_light__on_switch__attach(light) < 0 ? -errno : 0;
    if (!error) error = tree_light__on_free__attach(light) < 0 ? -errno : 0;
    if (!error) error = tree_light__on_rss_stat__attach(light) < 0 ? -errno : 0;
    if (!error) error = tree_light__live_threads__attach(light) < 0 ? -errno : 0;
    if (error) {
        tree_light__destroy(light);
        errno = -error;
        return NULL;
    }
    loaded->processes_map = light->maps.processes.map_fd;
    loaded->spaces_map = light->maps.spaces.map_fd;
    loaded->records_map = light->maps.records.map_fd;
    loaded->calibrate_program = light->progs.calibrate.prog_fd;
    loaded->arm_program = light->progs.arm.prog_fd;
    loaded->settle_memory_program = light->progs.settle_memory.prog_fd;
    loaded->live_threads_link = light->links.live_threads_fd;
    loaded->totals = &light->bss->totals;
    loaded->memory = &light->bss->memory;
    loaded->faults_told_late = &light->bss->faults_told_late;
    return light;
}

void light_unload(struct tree_light *light) { tree_light__destroy(light); }
