#include "profiler/session/group_witness.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <functional>
#include <string_view>
#include <utility>

#include "profiler/launch/file_capabilities.hpp"
#include "profiler/launch/held_descriptors.hpp"

namespace perfwrap {
namespace {

struct Answer {
    std::uint8_t question = 0;
    GroupWitness::Counts counts{};
};

GroupWitness::Counts take_pending() {
    sigset_t all;
    sigfillset(&all);
    constexpr timespec at_once{};
    GroupWitness::Counts taken{};
    for (int signal = 0; (signal = sigtimedwait(&all, nullptr, &at_once)) > 0;) ++taken.at(static_cast<std::size_t>(signal));
    return taken;
}

// pkill(1) and pidof(1) look for perfwrap by its name or arguments; they should not find the witness as well.
void take_another_name(std::span<char> arguments) {
    constexpr std::string_view name = "group-witness";
    prctl(PR_SET_NAME, name.data());
    if (arguments.empty()) return;
    std::ranges::fill(arguments, '\0');
    name.copy(arguments.data(), arguments.size() - 1);
}

[[noreturn]] void witness(int socket, std::span<char> arguments) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // also while it is stopped, when it cannot see that the socket was closed
    take_another_name(arguments);
    drop_all_capabilities();
    dup2(socket, 0);
    close_descriptors_above(0);
    Answer answer;
    while (read(0, &answer.question, 1) == 1) {
        answer.counts = take_pending();
        if (write(0, &answer, sizeof(answer)) != sizeof(answer)) break;
    }
    _exit(0);
}

}  // namespace

GroupWitness::GroupWitness(std::span<char> arguments) {
    std::array<int, 2> ends{};
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) return;
    pid_ = fork();
    if (pid_ == 0) witness(ends[1], arguments);
    close(ends[1]);
    socket_ = ends[0];
}

GroupWitness::~GroupWitness() { end(); }

bool GroupWitness::end() {
    dismiss();
    const pid_t pid = std::exchange(pid_, -1);
    if (pid < 0) return false;
    kill(pid, SIGKILL);
    siginfo_t ended{};
    while (waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED) < 0 && errno == EINTR) {
    }
    return true;
}

void GroupWitness::dismiss() {
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
}

std::optional<GroupWitness::Counts> GroupWitness::ask() {
    if (pid_ < 0 || socket_ < 0) return std::nullopt;
    await_group_signals();
    ++question_;
    if (send(socket_, &question_, 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1) return std::nullopt;
    // It answers as soon as it gets a CPU, unless it was stopped or killed.
    constexpr int patience_ms = 20;
    constexpr int attempts = 100;
    bool continued = false;
    Counts counts{};
    for (int attempt = 0; attempt < attempts; ++attempt) {
        pollfd answered{socket_, POLLIN, 0};
        if (poll(&answered, 1, patience_ms) == 0) {
            siginfo_t stopped{};
            if (waitid(P_PID, static_cast<id_t>(pid_), &stopped, WSTOPPED | WNOHANG) == 0 && stopped.si_pid == pid_)
                continued = kill(pid_, SIGCONT) == 0;
            continue;
        }
        Answer answer;
        if (recv(socket_, &answer, sizeof(answer), MSG_DONTWAIT) != sizeof(answer)) return std::nullopt;
        std::ranges::transform(counts, answer.counts, counts.begin(), std::plus<std::uint16_t>{});
        if (answer.question != question_) continue;  // a late answer to an earlier question
        // A SIGCONT discards pending stop signals that were not counted yet: a stop signal that perfwrap got is then taken to
        // have reached the group.
        if (continued || counts[SIGCONT] != 0)
            for (const int stops : {SIGTSTP, SIGTTIN, SIGTTOU}) counts.at(stops) = std::max<std::uint16_t>(counts.at(stops), 1);
        if (continued) counts[SIGCONT] = 0;
        return counts;
    }
    return std::nullopt;
}

// Changes nothing, but waits for the kernel's tasklist_lock, which is held while a signal is sent to one member after the other.
void await_group_signals() { setpgid(0, getpgrp()); }

}  // namespace perfwrap
