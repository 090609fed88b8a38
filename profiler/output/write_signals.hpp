// Makes a write to a pipe without a reader, or beyond the file size limit, fail with an error instead of ending perfwrap.
#pragma once

#include <signal.h>

namespace perfwrap {

// SIGPIPE and SIGXFSZ are blocked in this thread; those that arrive meanwhile are discarded, unless one was pending before.
class WriteSignalsBlocked {
public:
    WriteSignalsBlocked() {
        sigset_t pending;
        sigpending(&pending);
        sigemptyset(&ours_);
        for (const int signal : {SIGPIPE, SIGXFSZ})
            if (sigismember(&pending, signal) == 0) sigaddset(&ours_, signal);
        pthread_sigmask(SIG_BLOCK, &ours_, &before_);
    }
    ~WriteSignalsBlocked() {
        const timespec at_once{};
        while (sigtimedwait(&ours_, nullptr, &at_once) > 0) {
        }
        pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    }
    WriteSignalsBlocked(const WriteSignalsBlocked&) = delete;
    WriteSignalsBlocked& operator=(const WriteSignalsBlocked&) = delete;

private:
    sigset_t ours_{};
    sigset_t before_{};
};

}  // namespace perfwrap
