// Functions that perfwrap and Debian 12's archives call and glibc 2.28 lacks, for a program that has to run with an older glibc.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/single_threaded.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

// 2.30
ssize_t getdents64(int fd, void* buffer, size_t size) { return syscall(SYS_getdents64, fd, buffer, size); }

// 2.30. A condition variable's own clock is CLOCK_REALTIME; if that is set meanwhile, the wait is shorter or longer.
int pthread_cond_clockwait(pthread_cond_t* condition, pthread_mutex_t* mutex, clockid_t clock, const struct timespec* until) {
    const long long second = 1000000000;
    struct timespec now, real;
    clock_gettime(clock, &now);
    clock_gettime(CLOCK_REALTIME, &real);
    const long long left = (until->tv_sec - now.tv_sec) * second + until->tv_nsec - now.tv_nsec;
    const long long end = real.tv_sec * second + real.tv_nsec + (left > 0 ? left : 0);
    const struct timespec real_until = {.tv_sec = end / second, .tv_nsec = end % second};
    return pthread_cond_timedwait(condition, mutex, &real_until);
}

// 2.32. False is always safe: it only makes reference counts atomic.
char __libc_single_threaded = 0;

// 2.32
const char* sigabbrev_np(int signal) {
#define NAME(signal) [SIG##signal] = #signal
    static const char* const names[] = {
        NAME(HUP),  NAME(INT),    NAME(QUIT), NAME(ILL),   NAME(TRAP), NAME(ABRT), NAME(BUS),  NAME(FPE),
        NAME(KILL), NAME(USR1),   NAME(SEGV), NAME(USR2),  NAME(PIPE), NAME(ALRM), NAME(TERM), NAME(STKFLT),
        NAME(CHLD), NAME(CONT),   NAME(STOP), NAME(TSTP),  NAME(TTIN), NAME(TTOU), NAME(URG),  NAME(XCPU),
        NAME(XFSZ), NAME(VTALRM), NAME(PROF), NAME(WINCH), NAME(POLL), NAME(PWR),  NAME(SYS),
    };
#undef NAME
    return signal > 0 && (size_t)signal < sizeof(names) / sizeof(*names) ? names[signal] : NULL;
}

struct Sought {
    uintptr_t pc;
    struct dl_find_object* found;
};

static int find_in(struct dl_phdr_info* object, size_t size, void* data) {
    (void)size;
    const struct Sought* const sought = data;
    const void* eh_frame = NULL;
    uintptr_t start = UINTPTR_MAX;
    uintptr_t end = 0;
    int holds = 0;
    for (const ElfW(Phdr)* part = object->dlpi_phdr; part != object->dlpi_phdr + object->dlpi_phnum; ++part) {
        const uintptr_t at = object->dlpi_addr + part->p_vaddr;
        if (part->p_type == PT_GNU_EH_FRAME) eh_frame = (const void*)at;
        if (part->p_type != PT_LOAD) continue;
        if (sought->pc >= at && sought->pc - at < part->p_memsz) holds = 1;
        if (at < start) start = at;
        if (at + part->p_memsz > end) end = at + part->p_memsz;
    }
    if (!holds || eh_frame == NULL) return 0;
    *sought->found =
        (struct dl_find_object){.dlfo_map_start = (void*)start, .dlfo_map_end = (void*)end, .dlfo_eh_frame = (void*)eh_frame};
    return 1;
}

// 2.35: with it libgcc finds the unwinding tables of the code that throws. dlfo_link_map, which it does not need, stays null.
int _dl_find_object(void* pc, struct dl_find_object* found) {
    struct Sought sought = {(uintptr_t)pc, found};
    return dl_iterate_phdr(find_in, &sought) == 1 ? 0 : -1;
}

// 2.36: std::random_device
uint32_t arc4random(void) {
    uint32_t value;
    if (getentropy(&value, sizeof(value)) != 0) abort();
    return value;
}
