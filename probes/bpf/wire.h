/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* The data that the BPF programs and the eBPF probe exchange: the single definition for both sides.
 * Times are nanoseconds of the host's CLOCK_MONOTONIC, whatever time namespace perfwrap is in. */
#pragma once

#include <linux/types.h>

enum {
    WIRE_COMM_LENGTH = 16,
    WIRE_ARGV_LENGTH = 4096,    /* bytes of argv that are kept; the rest is cut off */
    WIRE_MAX_PROCESSES = 16384, /* live processes of the tree that can be followed; empty hash tables cost time too */
    WIRE_MAX_EXITED = 1024,     /* threads that have exited but have not been read after their last switch */
    WIRE_MAX_UNREAPED = 1024,   /* ended processes whose reaping is watched for processes_peak */
    WIRE_MAX_CGROUP_DEPTH = 32, /* of cgroups below the command's own */
    WIRE_RING_BYTES = 512 * 1024,
    WIRE_MAX_CPUS = 1024,
    WIRE_MAX_SPACES = 16384, /* live address spaces of the tree */
    WIRE_GATE_BITS = 8,
    WIRE_GATES = 1 << WIRE_GATE_BITS,
    WIRE_BUCKETS = 4096,         /* a power of two: by how many buckets the timeline's reader may fall behind */
    WIRE_GATE_CHANGES = 1 << 30, /* see wire_gate.inside */
    WIRE_TIME_SHIFT = 14,        /* integrals count time in units of 2^14 ns: 256 GiB held for a day fit into 63 bits */
};

/* Commands from perfwrap to the kernel side (BPF_PROG_TEST_RUN). */
enum { WIRE_CALIBRATE, WIRE_ARM, WIRE_SETTLE, WIRE_ADD_DEAD, WIRE_DROP_REAPED, WIRE_TELL_TIME };
/* Cookies of links, which identify the tracepoint. */
enum { WIRE_ON_RSS_STAT = 1, WIRE_ON_PHYSICAL, WIRE_ON_FORK, WIRE_ON_EXEC, WIRE_ON_EXIT, WIRE_ON_FREE, WIRE_ON_TIMER };

enum { WIRE_FILE, WIRE_ANON, WIRE_SWAP, WIRE_SHMEM, WIRE_KINDS }; /* the kernel's own order */
enum { WIRE_RSS = WIRE_KINDS, WIRE_SERIES };
enum { WIRE_PHYSICAL_ANON, WIRE_PHYSICAL_FILE_MAPPED, WIRE_PHYSICAL_SHMEM, WIRE_PHYSICAL_KINDS };

/* A sum over the tree that is followed at every change. With t the time since the exec in units of 2^WIRE_TIME_SHIFT ns,
 * the time integral up to T is now * T - area. */
struct wire_series {
    __s64 now; /* pages */
    __s64 maximum;
    __s64 area; /* sum of change * t */
};

/* Changes of the resident sum inside one interval of the timeline; the reader zeroes what it has read. */
struct wire_bucket {
    __s64 change;
    __s64 area;    /* sum of change * nanoseconds since the bucket's beginning */
    __s64 maximum; /* of the sum; 0: no change inside */
    __u64 lap;     /* the number of the bucket, counted from the exec, plus one */
};

struct wire_memory {
    struct wire_series series[WIRE_SERIES];
    struct wire_series physical[WIRE_PHYSICAL_KINDS];
    __s64 largest_process; /* pages */
    __u64 peak_number;     /* counts the maxima of the resident sum */
    __u64 peak_ns;
    __u64 unbalanced;   /* address spaces that did not end at zero */
    __u64 lost_spaces;  /* the map of address spaces was full */
    __u64 lost_buckets; /* reused before they were read */
};

/* Used by the kernel side only. */
struct wire_gate {
    __u64 mm;       /* of the tree; changes only while no program is inside */
    __u64 stranger; /* an address space outside the tree, whose changes are skipped */
    __s64 count[WIRE_KINDS];
    __s64 parts[WIRE_KINDS]; /* the sum of the per-CPU parts when they were last read */
    __u32 inside;            /* programs that rely on mm; WIRE_GATE_CHANGES while it is replaced */
    __u32 filled;            /* since mm was replaced, the parts of all CPUs have been read */
    __u32 dirty;             /* changes were skipped */
    __u32 padding;
};

/* One address space (mm_struct) of the tree. */
struct wire_space {
    __u64 id;
    __u64 owner; /* process id; threads and vfork children share it */
    __u64 owner_key;
    __s64 pages[WIRE_KINDS]; /* shared values, see shared_value() */
    __s64 rss;
    __s64 rss_peak;
    __s64 rss_at_peak; /* at the tree's maximum with the number peak_number, once rss has changed since; until then it is rss */
    __u64 peak_number;
    __u32 users; /* processes of the tree */
    __u32 padding;
};

/* What a thread, a process or the tree has used. Monotonic; sums wrap around like all unsigned arithmetic. */
struct wire_usage {
    __u64 runtime_ns;   /* se.sum_exec_runtime: exact */
    __u64 user_tick_ns; /* utime, stime: counted in ticks, used only for the split into user and system time */
    __u64 system_tick_ns;
    __u64 run_delay_ns;
    __u64 minor_faults;
    __u64 major_faults;
    __u64 voluntary_switches;
    __u64 involuntary_switches;
    __u64 syscall_read_bytes;
    __u64 syscall_written_bytes;
    __u64 storage_read_bytes;
    __u64 storage_written_bytes; /* less what was cancelled: two's complement, since a thread can cancel what others wrote */
};

struct wire_process {
    __u64 id;        /* counts from 1 in the order of forks */
    __u64 parent_id; /* 0: the command */
    __u64 image;     /* the number of the exec, its own or an ancestor's, that loaded its program */
    __u64 start_ns;
    __u64 end_ns;            /* 0: not yet */
    struct wire_usage spent; /* by its ended threads; for the command, minus what it used before its exec */
    __u32 pid;               /* in perfwrap's pid namespace */
    __u32 parent_pid;
    __u32 threads_live;
    __u32 threads_peak;   /* 0: it started after the window */
    __u32 threads_unread; /* those not yet in `spent`, ended ones included; 0: the process has ended */
    __s32 wait_status;    /* as returned by wait(2); valid in an end record */
    __u32 pending_exec;   /* forked by perfwrap, but its exec has not succeeded yet */
    __u32 oom_killed;
    __u32 stranger;      /* has rights of its own, so that parts of its record are hidden from perfwrap's user */
    __u32 awaits_reader; /* ended while the ring buffer was full: stays in the map under its id until perfwrap removes it */
    __u64 space_key;     /* mm_struct; 0: none */
    __u64 space;         /* wire_space.id */
    __s64 rss_peak;      /* pages, since its exec (since its fork, if there was none); -1: not known */
    __s64 rss_at_peak;   /* of an ended process: at the tree's maximum with the number peak_number */
    __u64 peak_number;
    char comm[WIRE_COMM_LENGTH];
};

/* Totals of the tree, added up in the kernel: they do not depend on the ring buffer. */
struct wire_totals {
    __u64 exec_ns;      /* the command's first exec; 0: not yet */
    __u64 end_ns;       /* the end of the command's memory, or of its last thread; 0: not yet */
    __u64 command_read; /* 1: everything that the command itself has used is in `ended` */
    struct wire_usage ended;
    __u64 ended_threads_runtime_ns; /* of every ended thread, whether its process has ended or not */
    __u64 ended_user_ns;            /* split per process as the kernel scales it */
    __u64 ended_system_ns;
    __u64 processes_started;
    __u64
        processes_too_late; /* those among them that started after the window, which are in no other total but processes_ended */
    __u64 processes_now;    /* unreaped ones included */
    __s64 processes_peak;
    __u64 processes_ended;
    __u64 threads_started;
    __u64 threads_now;
    __s64 threads_peak;
    __u64 execs;
    __u64 oom_kills;
    __u64 stranger_execs; /* counted only if strangers are distinguished */
    __u64 rows_in_map;    /* end records left in the process map because the ring buffer was full */
    __u64 lost_rows;      /* end records lost because the process map was full as well */
    __u64 lost_teardowns; /* threads that could not be read after their exit: the CPU time of their teardown is missing */
    __u64 lost_unreaped;  /* ended processes whose reaping could not be watched: processes_peak may be too low by as many */
    __u64 lost_processes; /* forks while the process map was full: their subtrees are not measured */
    __u64 lost_maxima;    /* could not be raised, since other CPUs kept raising them */
    __u64 told_ns;        /* the time of WIRE_TELL_TIME */
};

enum wire_record_type { WIRE_EXEC = 1, WIRE_END = 2 };

struct wire_exec_record {
    __u32 type;
    __u32 argv_bytes; /* bytes in argv[]; NUL separates the arguments */
    __u64 image;
    __u64 argv_full_bytes;
    char comm[WIRE_COMM_LENGTH];
    char argv[WIRE_ARGV_LENGTH];
};

struct wire_end_record {
    __u32 type;
    __u32 padding;
    struct wire_process process;
};

/* One live thread of the tree, as the task iterator writes it. */
struct wire_thread {
    __u64 process_id;
    __u64 space; /* the memory of its process, which other processes may share; 0: none */
    struct wire_usage used;
    __u32 pid;    /* of its process, in perfwrap's pid namespace */
    __u32 ended;  /* past its last switch, but not added to its process yet */
    __u32 unread; /* one of the process's threads_unread: any thread except a live one that the kernel started itself */
    __u32 padding;
    char comm[WIRE_COMM_LENGTH]; /* of its process */
};

/* How the kernel splits precise run time by ticks (kernel/sched/cputime.c, cputime_adjust): system time is
 * runtime * system / (user + system), never more than runtime. Without system ticks all of it is user time, without user ticks
 * all of it is system time. */
static inline __u64 wire_system_ns(__u64 runtime, __u64 user_tick, __u64 system_tick) {
    __u64 total = user_tick + system_tick, rest, shift = 0;

    if (system_tick == 0) return 0;
    if (user_tick == 0) return runtime;
    if (total < user_tick) return 0; /* one of them is a negative difference that has wrapped around */
    rest = runtime % total;
    /* 64-bit products only: 31 significant bits of each factor are enough. */
    for (int i = 0; i < 16 && total >> shift >> 32; i++) shift += 2;
    return system_tick * (runtime / total) + (((system_tick >> shift) * (rest >> shift)) / (total >> shift) << shift);
}
