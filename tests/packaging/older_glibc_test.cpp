// scripts/packaging/older_glibc.c beside the glibc that it stands in for.
#include <dlfcn.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstring>

extern "C" {
const char* older_sigabbrev_np(int signal);
int older_close_range(unsigned first, unsigned last, int flags);
int older_dl_find_object(void* pc, dl_find_object* found);
}

namespace {

bool open_descriptor(int fd) { return fcntl(fd, F_GETFD) >= 0; }

// In this process close_range(2) fails as before Linux 5.9.
bool forget_close_range() {
    std::array<sock_filter, 4> code{{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
                                     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
                                     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
    const sock_fprog program{code.size(), code.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// 0 if exactly 101 to 103 of the descriptors 100 to 104 were closed.
int closes_three(bool (*prepare)()) {
    for (int fd = 100; fd <= 104; ++fd) dup2(1, fd);
    if (!prepare()) return 1;
    if (older_close_range(101, 103, 0) != 0) return 2;
    for (int fd = 100; fd <= 104; ++fd)
        if (open_descriptor(fd) != (fd == 100 || fd == 104)) return fd;
    return 0;
}

int exit_code_of_child(bool (*prepare)()) {
    const pid_t child = fork();
    if (child == 0) _exit(closes_three(prepare));
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("for an older glibc, signals are named as by the newer one") {
    for (int signal = -1; signal <= SIGRTMAX + 1; ++signal) {
        INFO(signal);
        const char* const expected = sigabbrev_np(signal);
        const char* const name = older_sigabbrev_np(signal);
        REQUIRE((name == nullptr) == (expected == nullptr));
        if (name != nullptr) CHECK(std::strcmp(name, expected) == 0);
    }
}

TEST_CASE("for an older glibc, the unwinding tables are those that the newer one finds") {
    int on_the_stack = 0;
    for (void* const pc : {reinterpret_cast<void*>(&forget_close_range), dlsym(RTLD_DEFAULT, "qsort"),
                           static_cast<void*>(&on_the_stack), static_cast<void*>(nullptr)}) {
        INFO(pc);
        dl_find_object expected{};
        dl_find_object found{};
        const int known = _dl_find_object(pc, &expected);
        REQUIRE(older_dl_find_object(pc, &found) == known);
        CHECK(found.dlfo_eh_frame == expected.dlfo_eh_frame);
    }
}

TEST_CASE("for an older glibc, descriptors are closed, with Linux before 5.9 too") {
    CHECK(exit_code_of_child([] { return true; }) == 0);
    CHECK(exit_code_of_child(forget_close_range) == 0);
}
