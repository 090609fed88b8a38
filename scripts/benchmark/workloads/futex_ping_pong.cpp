// futex_ping_pong COUNT: COUNT round trips between two threads on one CPU.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "storm.hpp"

namespace {

// std::atomic::wait would spin before it sleeps.
class Turn {
public:
    void pass_to(std::uint32_t player) {
        word_.store(player);
        call(FUTEX_WAKE_PRIVATE, 1);
    }
    void wait_for(std::uint32_t player) {
        for (auto now = word_.load(); now != player; now = word_.load()) call(FUTEX_WAIT_PRIVATE, now);
    }

private:
    void call(int operation, std::uint32_t value) { ::syscall(SYS_futex, &word_, operation, value, nullptr, nullptr, 0); }

    std::atomic<std::uint32_t> word_{0};
};

}  // namespace

int main(int argc, char** argv) {
    const long count = storm::count_argument(argc, argv);
    storm::stay_on_one_cpu();
    Turn turn;
    storm::print_seconds([&] {
        std::jthread other([&] {
            for (long i = 0; i < count; ++i) {
                turn.wait_for(1);
                turn.pass_to(0);
            }
        });
        for (long i = 0; i < count; ++i) {
            turn.pass_to(1);
            turn.wait_for(0);
        }
    });
}
