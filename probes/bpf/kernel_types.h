/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The few kernel fields that the BPF programs read. Offsets are filled in at load time from the running kernel's BTF (CO-RE), so
 * only names and types matter here, not order or size. A ___suffix marks another kernel's layout of the same structure. */
#pragma once

#include <linux/types.h>

typedef int pid_t;
typedef __u8 u8;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;
#ifndef bool
typedef _Bool bool;
#define true 1
#define false 0
#endif

#define KERNEL_TYPE __attribute__((preserve_access_index))

typedef struct {
    int counter;
} atomic_t;

typedef struct refcount_struct {
    atomic_t refs;
} refcount_t;

struct task_io_accounting {
    u64 rchar, wchar;
    u64 read_bytes, write_bytes;
    u64 cancelled_write_bytes; /* dirty pages that were thrown away */
} KERNEL_TYPE;

struct upid {
    int nr;
} KERNEL_TYPE;

struct pid {
    unsigned int level;
    struct upid numbers[1];
} KERNEL_TYPE;

/* Linux 6.2 on: the exact value of a counter is count plus every CPU's part. */
struct percpu_counter {
    s64 count;
    s32 *counters;
} KERNEL_TYPE;

struct mm_struct {
    atomic_t mm_users;
    unsigned long arg_start, arg_end;
    struct percpu_counter rss_stat[4];
} KERNEL_TYPE;

typedef struct {
    s64 counter;
} atomic_long_t;

/* Before Linux 6.2: atomic counters behind per-thread caches. CO-RE takes an array for the kernel's only if the elements' kinds
 * agree. */
struct mm_rss_stat___atomic {
    atomic_long_t count[4];
} KERNEL_TYPE;

struct mm_struct___atomic {
    struct mm_rss_stat___atomic rss_stat;
} KERNEL_TYPE;

/* include/linux/mm_types_task.h: the order never changed. */
enum { MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES, NR_MM_COUNTERS };

struct kernfs_node {
    u64 id;
} KERNEL_TYPE;

struct cgroup {
    struct kernfs_node *kn;
} KERNEL_TYPE;

struct cgroup_subsys_state {
    struct cgroup *cgroup;
    struct cgroup_subsys_state *parent;
} KERNEL_TYPE;

struct mem_cgroup {
    struct cgroup_subsys_state css;
} KERNEL_TYPE;

/* The values are the running kernel's, by name. */
enum node_stat_item { NR_ANON_MAPPED = 1, NR_FILE_MAPPED = 2, NR_SHMEM = 3 };

struct bpf_array {
    void *pptrs[1];
} KERNEL_TYPE;

struct signal_struct {
    atomic_t live;
    unsigned int flags;
    int group_exit_code;
    struct mm_struct *oom_mm;
} KERNEL_TYPE;

struct sched_entity {
    u64 sum_exec_runtime;
} KERNEL_TYPE;

struct sched_info {
    unsigned long long run_delay;
} KERNEL_TYPE;

typedef struct {
    unsigned int val;
} KERNEL_TYPE kuid_t;

typedef struct {
    unsigned int val;
} KERNEL_TYPE kgid_t;

struct cred {
    kuid_t uid, suid, euid;
    kgid_t gid, sgid, egid;
} KERNEL_TYPE;

struct task_struct {
    unsigned int __state;
    refcount_t usage;
    unsigned int flags;
    int on_cpu;
    struct sched_entity se;
    struct sched_info sched_info;
    struct mm_struct *mm;
    int exit_state;
    int exit_code;
    pid_t pid, tgid;
    u64 start_time;
    struct task_struct *real_parent;
    struct task_struct *group_leader;
    struct pid *thread_pid;
    u64 utime, stime;
    unsigned long nvcsw, nivcsw;
    unsigned long min_flt, maj_flt;
    struct task_io_accounting ioac;
    const struct cred *cred;
    char comm[16];
    struct signal_struct *signal;
} KERNEL_TYPE;

struct linux_binprm {
    int argc;
    unsigned int secureexec : 1;
} KERNEL_TYPE;

struct seq_file;

struct bpf_iter_meta {
    struct seq_file *seq;
} KERNEL_TYPE;

struct bpf_iter__task {
    struct bpf_iter_meta *meta;
    struct task_struct *task;
} KERNEL_TYPE;

/* include/linux/sched.h, include/linux/sched/signal.h: values that never changed within the supported kernels. */
#define TASK_DEAD 0x80
#define EXIT_DEAD 0x10
#define PF_IO_WORKER 0x10
#define PF_USER_WORKER 0x4000 /* Linux 6.4 on; before, of kernel threads alone */
#define SIGNAL_GROUP_EXIT 0x4

/* include/uapi/linux/bpf.h */
enum { BPF_ANY_ = 0, BPF_NOEXIST_ = 1 };
