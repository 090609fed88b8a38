/* SPDX-License-Identifier: MIT OR GPL-2.0-only */
/* What perfwrap learns about each exec and each process that has ended. */
#pragma once

#include "common.bpf.h"

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, WIRE_RING_BYTES);
} records SEC(".maps");

/* Wakes perfwrap only when the buffer fills up; otherwise perfwrap reads it at its own pace. */
static __always_inline u64 wakeup_flags(void) {
    return bpf_ringbuf_query(&records, BPF_RB_AVAIL_DATA) > WIRE_RING_BYTES / 4 ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
}
