// sleepers COUNT: COUNT children that sleep. This process prints ready and sleeps too, until a signal ends it.
#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>

#include "storm.hpp"

int main(int argc, char** argv) {
    const long count = storm::count_argument(argc, argv);
    for (long i = 0; i < count; ++i) {
        const pid_t child = ::fork();
        if (child < 0) storm::fail("fork");
        if (child > 0) continue;
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        while (true) ::pause();
    }
    std::puts("ready");
    std::fflush(stdout);
    while (true) ::pause();
}
