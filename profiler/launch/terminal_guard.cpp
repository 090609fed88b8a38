#include "profiler/launch/terminal_guard.hpp"

#include <asm/ioctls.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/kd.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

#include "probes/system/small_file.hpp"
#include "probes/system/unique_fd.hpp"

namespace perfwrap {
namespace {

// The numbers of ioctl(2) in each way of calling the kernel.
#if defined(__x86_64__)
constexpr std::array<unsigned, 3> ioctl_native{16, 0x40000000 | 514, 0x40000000 | 16};  // x32, and as it was misused before 5.4
constexpr unsigned native = AUDIT_ARCH_X86_64;
#else
constexpr std::array<unsigned, 3> ioctl_native{29, 29, 29};
constexpr unsigned native = AUDIT_ARCH_AARCH64;
#endif
constexpr unsigned ioctl_32_bit = 54;  // i386 and arm

constexpr unsigned least_significant_half = __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 4;

}  // namespace

// tty_ioctl(4): since Linux 6.2 TIOCSTI can be switched off for all. TIOCLINUX exists on virtual consoles only.
bool terminal_can_be_typed_into() {
    const UniqueFd terminal{::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY)};
    if (!terminal) return false;
    char kind = 0;
    const bool console = ::ioctl(terminal.get(), KDGKBTYPE, &kind) == 0;
    return console || !read_small_file("/proc/sys/dev/tty/legacy_tiocsti").value_or("1").starts_with('0');
}

int refuse_typing_into_terminal() {
    // The kernel takes the request as 32 bits, whatever the rest of the register holds.
    constexpr unsigned request = offsetof(seccomp_data, args) + sizeof(__u64) + least_significant_half;
    std::array filter{
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, arch)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, native, 2, 0),
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ioctl_32_bit, 4, 7),
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ioctl_native[0], 2, 0),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ioctl_native[1], 1, 0),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ioctl_native[2], 0, 3),
        sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, request),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCSTI, 2, 0),
        sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, TIOCLINUX, 1, 0),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
    };
    const sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
    return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : errno;
}

}  // namespace perfwrap
