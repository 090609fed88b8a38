#include "probes/system/pending_signal.hpp"

#include <csignal>
#include <initializer_list>

namespace perfwrap {
namespace {

bool is_ignored(int signal) {
    struct sigaction action {};
    return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

int pending_signal_to_end() {
    sigset_t pending;
    sigpending(&pending);
    for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGTERM})
        if (sigismember(&pending, signal) == 1 && !is_ignored(signal)) return signal;
    return 0;
}

}  // namespace perfwrap
