#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>

#include <array>
#include <string>

#include "clocks.hpp"
#include "workload.hpp"

namespace workloads {
namespace {

struct Name {
    int signal;
    const char* name;
};
constexpr std::array names{Name{SIGHUP, "HUP"},   Name{SIGINT, "INT"},   Name{SIGQUIT, "QUIT"},   Name{SIGTERM, "TERM"},
                           Name{SIGUSR1, "USR1"}, Name{SIGUSR2, "USR2"}, Name{SIGWINCH, "WINCH"}, Name{SIGCONT, "CONT"}};

std::array<volatile std::sig_atomic_t, 65> counts{};

void count(int signal) { counts[static_cast<std::size_t>(signal)] = counts[static_cast<std::size_t>(signal)] + 1; }

bool any() {
    for (const auto& each : names)
        if (counts[static_cast<std::size_t>(each.signal)] > 0) return true;
    return false;
}

}  // namespace

// Prints "ready", waits for a first signal (two minutes at most), then half a second for more, and prints "INT 1" for each that
// came.
int count_signals(const Arguments&, Truth&) {
    for (const auto& each : names) {
        struct sigaction action {};
        action.sa_handler = count;
        ::sigaction(each.signal, &action, nullptr);
    }
    std::puts("ready");
    std::fflush(stdout);
    for (int i = 0; i < 2400 && !any(); ++i) sleep_ns(milliseconds(50));
    sleep_ns(milliseconds(500));
    for (const auto& each : names)
        if (const int times = counts[static_cast<std::size_t>(each.signal)]; times > 0) std::printf("%s %d\n", each.name, times);
    return 0;
}

// Prints "ready", then the name of each signal as it comes (with its value, if sigqueue gave it one). No signal has its usual
// effect. After SIGTERM it waits a little for more and exits.
int print_signals(const Arguments&, Truth&) {
    sigset_t all;
    sigfillset(&all);
    ::sigprocmask(SIG_BLOCK, &all, nullptr);
    std::puts("ready");
    std::fflush(stdout);
    bool ending = false;
    while (true) {
        siginfo_t info{};
        const timespec patience{ending ? 0 : 120, ending ? 300'000'000 : 0};
        const int signal = ::sigtimedwait(&all, &info, &patience);
        if (signal < 0 && errno == EINTR) continue;  // stopped and continued
        if (signal < 0) return ending ? 0 : 1;
        const char* const name = sigabbrev_np(signal);
        std::printf("%s", name != nullptr ? name : std::to_string(signal).c_str());
        if (info.si_code == SI_QUEUE) std::printf(" %d", info.si_value.sival_int);
        std::puts("");
        if (std::fflush(stdout) != 0) return 1;  // the reader is gone, which causes a SIGPIPE at each write as well
        ending = ending || signal == SIGTERM;
    }
}

}  // namespace workloads
