#include "profiler/launch/kept_by_exec.hpp"

#include <sys/prctl.h>

namespace perfwrap {
namespace {

constexpr std::array kinds{ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};

bool runs(const itimerval& timer) { return timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0; }

}  // namespace

KeptByExec KeptByExec::take() {
    constexpr itimerval off{};
    KeptByExec kept;
    for (std::size_t i = 0; i < kinds.size(); ++i) setitimer(kinds[i], &off, &kept.timers_[i]);
    prctl(PR_GET_PDEATHSIG, &kept.parent_death_signal_);
    return kept;
}

void KeptByExec::give() const {
    for (std::size_t i = 0; i < kinds.size(); ++i)
        if (runs(timers_[i])) setitimer(kinds[i], &timers_[i], nullptr);
    if (parent_death_signal_ != 0) prctl(PR_SET_PDEATHSIG, parent_death_signal_);
}

}  // namespace perfwrap
