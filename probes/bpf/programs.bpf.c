// SPDX-License-Identifier: MIT OR GPL-2.0-only
/* A program for each tracepoint, with typed arguments: for libbpf, on kernels that cannot load light.bpf.c. */
#include "tree.bpf.h"

char LICENSE[] SEC("license") = "Dual MIT/GPL";

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *parent, struct task_struct *child) { return task_forked(parent, child); }

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, pid_t old_pid, struct linux_binprm *program) {
    return task_execed(task, program);
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task) { return task_exits(task); }

SEC("tp_btf/sched_process_free")
int BPF_PROG(on_free, struct task_struct *task) { return add_if_dead(address_of(task)); }

SEC("raw_tp/hrtimer_expire_entry")
int on_timer(void *arguments) { return dead_threads_are_due() ? add_dead_threads() : 0; }

SEC("tp_btf/rss_stat")
int BPF_PROG(on_rss_stat, struct mm_struct *mm, int member) {
    u64 address = address_of(mm);

    return may_pass_over(address, mm, member & 3) ? 0 : rss_changed(address, member & 3, mm->mm_users.counter);
}

SEC("?tp_btf/mod_memcg_lruvec_state")
int BPF_PROG(on_physical_change, struct mem_cgroup *memcg, int item, int pages) { return physical_changed(memcg, item, pages); }

SEC("raw_tp/run_by_perfwrap")
int on_command(u64 *arguments) { return run_command(arguments[0], bpf_get_current_task_btf()); }
