// fork_exec COUNT: COUNT children, one after the other, that exec /bin/true.
#include <sys/wait.h>
#include <unistd.h>

#include "storm.hpp"

int main(int argc, char** argv) {
    const long count = storm::count_argument(argc, argv);
    storm::print_seconds([count] {
        for (long i = 0; i < count; ++i) {
            const pid_t child = ::fork();
            if (child < 0) storm::fail("fork");
            if (child == 0) {
                ::execl("/bin/true", "true", nullptr);
                ::_exit(127);
            }
            int status = 0;
            if (::waitpid(child, &status, 0) != child || status != 0) storm::fail("/bin/true");
        }
    });
}
