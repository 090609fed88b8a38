// fork_exit COUNT: COUNT children, one after the other, that exit at once.
#include <sys/wait.h>
#include <unistd.h>

#include "storm.hpp"

int main(int argc, char** argv) {
    const long count = storm::count_argument(argc, argv);
    storm::print_seconds([count] {
        for (long i = 0; i < count; ++i) {
            const pid_t child = ::fork();
            if (child < 0) storm::fail("fork");
            if (child == 0) ::_exit(0);
            if (::waitpid(child, nullptr, 0) != child) storm::fail("waitpid");
        }
    });
}
