#include "profiler/group_witness.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>

namespace perfwrap {
namespace {

GroupWitness::Counts take_pending() {
    sigset_t all;
    sigfillset(&all);
    constexpr timespec at_once{};
    GroupWitness::Counts taken{};
    for (int signal = 0; (signal = sigtimedwait(&all, nullptr, &at_once)) > 0;) ++taken.at(static_cast<std::size_t>(signal));
    return taken;
}

[[noreturn]] void witness(int socket) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // also out of a stop, in which it would not see the socket's end
    prctl(PR_SET_NAME, "perfwrap-group");
    dup2(socket, 0);
    close_range(1, ~0U, 0);
    char question = 0;
    while (read(0, &question, 1) == 1) {
        const GroupWitness::Counts answer = take_pending();
        if (write(0, &answer, sizeof(answer)) != sizeof(answer)) break;
    }
    _exit(0);
}

}  // namespace

GroupWitness::GroupWitness() {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
    pid_ = fork();
    if (pid_ == 0) witness(ends[1]);
    close(ends[1]);
    socket_ = ends[0];
}

GroupWitness::~GroupWitness() {
    if (socket_ >= 0) close(socket_);
    if (pid_ < 0) return;
    kill(pid_, SIGKILL);
    while (waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

std::optional<GroupWitness::Counts> GroupWitness::ask() const {
    if (pid_ < 0) return std::nullopt;
    await_group_signals();
    if (send(socket_, "?", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1) return std::nullopt;
    // It answers as soon as it gets a CPU. Somebody may have stopped or killed it, though.
    constexpr int patience_ms = 5000;
    pollfd answered{socket_, POLLIN, 0};
    if (poll(&answered, 1, patience_ms) != 1) return std::nullopt;
    Counts counts{};
    if (recv(socket_, &counts, sizeof(counts), MSG_DONTWAIT) != sizeof(counts)) return std::nullopt;
    return counts;
}

// Changes nothing, but waits for the kernel's lock (tasklist_lock) that is held while a signal goes from member to member.
void await_group_signals() { setpgid(0, getpgrp()); }

}  // namespace perfwrap
