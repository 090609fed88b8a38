/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* Where an ordinary user runs perfwrap with file capabilities, the tree may hold processes whose secrets are not his: set-uid
 * programs and what they start. The kernel keeps /proc/PID/io of them from him, and so does perfwrap, their arguments too. */
#pragma once

#include "common.bpf.h"

const volatile __u32 strangers_told_apart;
/* Of perfwrap's user. */
__u32 own_uid, own_gid;

static __always_inline void note_own_ids(struct task_struct *task) {
    own_uid = task->cred->uid.val;
    own_gid = task->cred->gid.val;
}

/* At its exec. One that gives its rights up later stays a stranger until it starts another program: its memory is the same. */
static __always_inline bool is_stranger(struct task_struct *task, struct linux_binprm *program) {
    const struct cred *cred = task->cred;

    if (!strangers_told_apart) return false;
    return BPF_CORE_READ_BITFIELD_PROBED(program, secureexec) || cred->uid.val != own_uid || cred->suid.val != own_uid ||
           cred->euid.val != own_uid || cred->gid.val != own_gid || cred->sgid.val != own_gid || cred->egid.val != own_gid;
}
