// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* The same as programs.bpf.c for a light skeleton, made to load fast. Most of the loading time goes into verifying and compiling
 * each program separately, with every function that it calls. So a single program handles all rare events and distinguishes them
 * by the cookies of their links (Linux 6.10). The tracepoints that fire often, or during other events, have a small program each,
 * which returns at once if there is nothing to do and otherwise makes a tail call to the program for rare events. Raw arguments
 * get their types by bpf_rdonly_cast: programs with typed arguments make the kernel search its type information. */
#define KERNEL_CASTS
#include "tree.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define TASK(address) TYPED(struct task_struct, address)

/* Holds on_rare_event; filled by perfwrap. */
struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, u32);
} rare_events SEC(".maps");

/* Always 0. With a constant the kernel compiles a direct jump into the caller and patches it when the slot is filled: worth its
 * 0.15 ms only where the jump is taken often. */
__u32 rare_event_slot;

/* Not every tracepoint has as many arguments as the program may read: with a direct load it could not be attached to those that
 * have fewer. */
static __always_inline u64 argument(u64 *arguments, int number) {
    u64 value = 0;

    bpf_probe_read_kernel(&value, sizeof(value), arguments + number);
    return value;
}

/* The same of a number of 32 bits, without a helper call: the type is one that begins with such a number. */
static __always_inline s32 number_argument(u64 *arguments, int number) {
    return *(const s32 *)TYPED(struct refcount_struct, arguments + number);
}

SEC("raw_tp/rare_event")
int on_rare_event(u64 *arguments) {
    u64 first = arguments[0];

    switch (bpf_get_attach_cookie(arguments)) {
        case WIRE_ON_RSS_STAT:
            return rss_changed(first, number_argument(arguments, 1) & 3, TYPED(struct mm_struct, first)->mm_users.counter);
        case WIRE_ON_PHYSICAL:
            return physical_changed(TYPED(struct mem_cgroup, first), number_argument(arguments, 1),
                                    number_argument(arguments, 2));
        case WIRE_ON_FORK: return task_forked(TASK(first), TASK(argument(arguments, 1)));
        case WIRE_ON_EXEC: return task_execed(TASK(first), TYPED(struct linux_binprm, argument(arguments, 2)));
        case WIRE_ON_EXIT: return task_exits(TASK(first));
        case WIRE_ON_FREE: return add_if_dead(first);
        case WIRE_ON_TIMER: return add_dead_threads();
    }
    /* Without a cookie it is run by perfwrap itself. */
    return run_command(first, TASK(bpf_get_current_task()));
}

SEC("raw_tp/rss_stat")
int on_rss_stat(u64 *arguments) {
    if (!may_pass_over(arguments[0], TYPED(struct mm_struct, arguments[0]), arguments[1] & 3))
        bpf_tail_call(arguments, &rare_events, 0);
    return 0;
}

/* These events may interrupt the program for rare events, and the kernel does not run a program recursively: hence a program of
 * their own. */
SEC("raw_tp/interrupt")
int on_interrupt(u64 *arguments) {
    u64 task = arguments[0];

    if (bpf_get_attach_cookie(arguments) == WIRE_ON_TIMER ? dead_threads_are_due() : bpf_map_lookup_elem(&exited, &task) != 0)
        bpf_tail_call(arguments, &rare_events, rare_event_slot);
    return 0;
}
