#include "profiler/launch/held_descriptors.hpp"

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
#include <cstddef>

using namespace perfwrap;

namespace {

bool is_open(int fd) { return fcntl(fd, F_GETFD) >= 0; }

bool refuse_close_range(int error) {
    std::array<sock_filter, 4> code{{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                     BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_close_range, 0, 1),
                                     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | static_cast<unsigned>(error)),
                                     BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
    const sock_fprog program{code.size(), code.data()};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

// The exit code of a child, in which close_range(2) fails with that error.
template <typename Body>
int in_forked_child(int error, Body body) {
    const pid_t child = fork();
    if (child == 0) _exit(error != 0 && !refuse_close_range(error) ? 99 : body());
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace

TEST_CASE("descriptors above one are closed, whether or not the kernel or a container knows close_range") {
    for (const int error : {0, ENOSYS, EPERM}) {
        CAPTURE(error);
        CHECK(in_forked_child(error, [] {
                  for (int fd = 100; fd <= 104; ++fd) dup2(1, fd);
                  close_descriptors_above(102);
                  for (int fd = 100; fd <= 104; ++fd)
                      if (is_open(fd) != (fd <= 102)) return fd;
                  return 0;
              }) == 0);
    }
}

TEST_CASE("of what was inherited only what is needed stays open, and the standard streams keep their places") {
    CHECK(in_forked_child(0, [] {
              dup2(1, 100);
              dup2(1, 101);
              fcntl(dup2(1, 102), F_SETFD, FD_CLOEXEC);
              let_go_of_inherited_descriptors(std::array{STDERR_FILENO, 101});
              for (int fd = 100; fd <= 102; ++fd)
                  if (is_open(fd) != (fd != 100)) return fd;
              char byte = 0;
              if (write(STDOUT_FILENO, &byte, 1) >= 0 || read(STDIN_FILENO, &byte, 1) >= 0) return 1;
              return is_open(STDIN_FILENO) && is_open(STDOUT_FILENO) ? 0 : 2;
          }) == 0);
}
