// pipe_ping_pong COUNT: COUNT round trips of a byte between two processes on one CPU.
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include "storm.hpp"

namespace {

struct Pipe {
    Pipe() {
        if (::pipe(ends.data()) != 0) storm::fail("pipe");
    }
    void send() const {
        const char byte = 0;
        if (::write(ends[1], &byte, 1) != 1) storm::fail("write");
    }
    void receive() const {
        char byte = 0;
        if (::read(ends[0], &byte, 1) != 1) storm::fail("read");
    }
    std::array<int, 2> ends{};
};

}  // namespace

int main(int argc, char** argv) {
    const long count = storm::count_argument(argc, argv);
    storm::stay_on_one_cpu();
    const Pipe there;
    const Pipe back;
    const pid_t child = ::fork();
    if (child < 0) storm::fail("fork");
    if (child == 0) {
        for (long i = 0; i < count; ++i) {
            there.receive();
            back.send();
        }
        ::_exit(0);
    }
    storm::print_seconds([&] {
        for (long i = 0; i < count; ++i) {
            there.send();
            back.receive();
        }
    });
    ::waitpid(child, nullptr, 0);
}
