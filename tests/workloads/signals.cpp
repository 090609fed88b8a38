#include <unistd.h>

#include <csignal>
#include <cstdio>

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

// Says "ready", waits for a first signal (30 s at most), then half a second for more, and prints "INT 1" for each that came.
int count_signals(const Arguments&, Truth&) {
    for (const auto& each : names) {
        struct sigaction action {};
        action.sa_handler = count;
        ::sigaction(each.signal, &action, nullptr);
    }
    std::puts("ready");
    std::fflush(stdout);
    for (int i = 0; i < 600 && !any(); ++i) sleep_ns(milliseconds(50));
    sleep_ns(milliseconds(500));
    for (const auto& each : names)
        if (const int times = counts[static_cast<std::size_t>(each.signal)]; times > 0) std::printf("%s %d\n", each.name, times);
    return 0;
}

}  // namespace workloads
