// sleepers COUNT: so many children that sleep until this process, which says ready and sleeps too, is ended by a signal.
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
