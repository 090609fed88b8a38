/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* When an ordinary user runs perfwrap with file capabilities, the tree may contain processes whose secrets the user may not see:
 * set-uid programs and what they start. The kernel hides their /proc/PID/io from the user, and so does perfwrap; it hides their
 * arguments too. */
#pragma once

#include "common.bpf.h"

const volatile __u32 strangers_told_apart;
/* The ids of perfwrap's user. */
__u32 own_uid, own_gid;

static __always_inline void note_own_ids(struct task_struct *task) {
    own_uid = task->cred->uid.val;
    own_gid = task->cred->gid.val;
}

/* Called at exec. A process that gives up its rights later stays a stranger until its next exec, as it keeps its memory. */
static __always_inline bool is_stranger(struct task_struct *task, struct linux_binprm *program) {
    const struct cred *cred = task->cred;

    if (!strangers_told_apart) return false;
    return BPF_CORE_READ_BITFIELD_PROBED(program, secureexec) || cred->uid.val != own_uid || cred->suid.val != own_uid ||
           cred->euid.val != own_uid || cred->gid.val != own_gid || cred->sgid.val != own_gid || cred->egid.val != own_gid;
}
