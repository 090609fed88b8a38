#include <fcntl.h>
#include <unistd.h>

#include <csignal>

#include "clocks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

// The command waits; beside it, each process of a chain appends a byte to the file, forks the next one and exits, for 150 s at
// most or until the file begins with another byte. All of them ignore SIGTERM.
int fork_chain(const Arguments& arguments, Truth&) {
    const auto path = arguments.text(0, "/dev/null");
    if (::fork() == 0) {
        std::signal(SIGTERM, SIG_IGN);
        const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        const auto end_ns = now_ns(CLOCK_MONOTONIC) + milliseconds(150'000);
        char first = 0;
        while (now_ns(CLOCK_MONOTONIC) < end_ns && ::write(file, "x", 1) == 1 && ::pread(file, &first, 1, 0) == 1 &&
               first == 'x') {
            sleep_ns(200'000);  // so that links that perfwrap has not reaped yet do not use up the machine's process ids
            if (::fork() != 0) ::_exit(0);
        }
        ::_exit(0);
    }
    sleep_ns(milliseconds(150'000));
    return 0;
}

}  // namespace workloads
