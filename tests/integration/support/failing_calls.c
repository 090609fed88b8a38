/* A library to preload: it makes the Nth call of one function fail, in one process.
 *   PERFWRAP_FAULT=write:3:28      the third write() returns -1 with errno 28
 *   PERFWRAP_FAULT_PID=1234        only there: not in the command, which inherits the environment
 *   PERFWRAP_FAULT_FIRED=/a/path   made when it happens */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_long calls;

static int fails(const char* function) {
    const char *fault = getenv("PERFWRAP_FAULT"), *process = getenv("PERFWRAP_FAULT_PID"),
               *fired = getenv("PERFWRAP_FAULT_FIRED");
    const size_t length = strlen(function);
    char* rest;

    if (!fault || !process || !fired || atol(process) != getpid()) return 0;
    if (strncmp(fault, function, length) != 0 || fault[length] != ':') return 0;
    const long wanted = strtol(fault + length + 1, &rest, 10);
    if (atomic_fetch_add(&calls, 1) + 1 != wanted) return 0;
    syscall(SYS_close, syscall(SYS_openat, AT_FDCWD, fired, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    errno = (int)strtol(rest + 1, NULL, 10);
    return 1;
}

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define MODE_AFTER(flags, last)              \
    mode_t mode = 0;                         \
    if ((flags) & (O_CREAT | __O_TMPFILE)) { \
        va_list more;                        \
        va_start(more, last);                \
        mode = va_arg(more, mode_t);         \
        va_end(more);                        \
    }

int open(const char* path, int flags, ...) {
    MODE_AFTER(flags, flags)
    return fails("open") ? -1 : NEXT(open)(path, flags, mode);
}

int open64(const char* path, int flags, ...) {
    MODE_AFTER(flags, flags)
    return fails("open") ? -1 : NEXT(open64)(path, flags, mode);
}

int openat(int folder, const char* path, int flags, ...) {
    MODE_AFTER(flags, flags)
    return fails("open") ? -1 : NEXT(openat)(folder, path, flags, mode);
}

int openat64(int folder, const char* path, int flags, ...) {
    MODE_AFTER(flags, flags)
    return fails("open") ? -1 : NEXT(openat64)(folder, path, flags, mode);
}

ssize_t write(int fd, const void* bytes, size_t count) { return fails("write") ? -1 : NEXT(write)(fd, bytes, count); }

int fsync(int fd) { return fails("fsync") ? -1 : NEXT(fsync)(fd); }

int renameat(int folder, const char* from, int to_folder, const char* to) {
    return fails("rename") ? -1 : NEXT(renameat)(folder, from, to_folder, to);
}

int rename(const char* from, const char* to) { return fails("rename") ? -1 : NEXT(rename)(from, to); }

int linkat(int folder, const char* from, int to_folder, const char* to, int flags) {
    return fails("linkat") ? -1 : NEXT(linkat)(folder, from, to_folder, to, flags);
}

int unlink(const char* path) { return fails("unlink") ? -1 : NEXT(unlink)(path); }

int unlinkat(int folder, const char* path, int flags) { return fails("unlink") ? -1 : NEXT(unlinkat)(folder, path, flags); }

int fchown(int fd, uid_t owner, gid_t group) { return fails("fchown") ? -1 : NEXT(fchown)(fd, owner, group); }

int fchmod(int fd, mode_t mode) { return fails("fchmod") ? -1 : NEXT(fchmod)(fd, mode); }

int ftruncate(int fd, off_t length) { return fails("ftruncate") ? -1 : NEXT(ftruncate)(fd, length); }

/* The descriptor is closed nevertheless, as after a real failure (close(2)). */
int close(int fd) {
    if (!fails("close")) return NEXT(close)(fd);
    const int error = errno;
    NEXT(close)(fd);
    errno = error;
    return -1;
}
