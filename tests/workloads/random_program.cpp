// A program that does at random what programs do, for some 20 to 200 ms: its processes act at the same time and wait for each
// other or do not. What they do follows from the seed, and when they do it from the scheduler.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <random>
#include <thread>
#include <vector>

#include "blocks.hpp"
#include "clocks.hpp"
#include "processes.hpp"
#include "random_mappings.hpp"
#include "workload.hpp"

namespace workloads {
namespace {

constexpr int most_births = 4;  // of a process; each generation may have one less
constexpr int most_threads = 4;

// Leaves no name behind.
void write_file(std::size_t bytes) {
    const int file = ::open("/tmp", O_TMPFILE | O_WRONLY | O_CLOEXEC, 0600);
    if (file < 0) return;
    const std::vector<char> content(bytes, 'x');
    if (::write(file, content.data(), content.size()) < 0) fail("write");
    ::close(file);
}

std::uint64_t some_time(std::uint64_t random) { return random % milliseconds(6); }

class RandomProgram {
public:
    RandomProgram(std::uint64_t seed, long generation) : random_(seed), generation_(generation) {}

    [[noreturn]] void run() {
        if (random_() % 8 == 0) std::signal(SIGCHLD, SIG_IGN);
        for (auto steps = 4 + random_() % 16; steps > 0; --steps) act();
        if (random_() % 4 != 0)
            while (::waitpid(-1, nullptr, 0) > 0) {
            }
        end();
    }

private:
    void act() {
        const auto random = random_();
        switch (random_() % 22) {
            case 0:
            case 1:
            case 2: return mappings_.allocate(random);
            case 3: return mappings_.share(random);
            case 4: return mappings_.map_program(random);
            case 5:
            case 6: return mappings_.release(random);
            case 7: return mappings_.touch(random);
            case 8: return mappings_.drop(random);
            case 9: return mappings_.resize(random);
            case 10:
            case 11: return sleep_ns(some_time(random));
            case 12:
            case 13: return burn_cpu(CLOCK_PROCESS_CPUTIME_ID, some_time(random));
            case 14: return write_file(random % (256 * 1024));
            case 15:
            case 16: return start_thread(random);
            case 17: return vfork_exit(random);
            default:
                if (++births_ > most_births - generation_) return;
                return give_birth(random);
        }
    }

    void give_birth(std::uint64_t random) {
        switch (random_() % 8) {
            case 0:
            case 1:
            case 2: {
                const auto child = fork_child([&] { become(random); });
                if (random % 3 == 0) ::waitpid(child, nullptr, 0);
                return;
            }
            case 3:
            case 4: vfork_exec_self(words(random)); return;
            case 5: return start_daemon(random);
            case 6:
                if (random_() % 2 == 0) exec_self(words(random));
                std::thread([&] { exec_self(words(random)); }).join();
                return;
            // The parent may leave it a zombie.
            case 7: fork_child([] {}); return;
        }
    }

    std::vector<std::string> words(std::uint64_t seed) const {
        return {"workload", "random-program", std::to_string(seed), std::to_string(generation_ + 1)};
    }

    // The child goes on as a program of its own, holding what its parent holds.
    [[noreturn]] void become(std::uint64_t seed) {
        random_.seed(seed);
        ++generation_;
        births_ = 0;
        threads_ = 0;
        run();
    }

    void start_daemon(std::uint64_t seed) {
        const auto child = fork_child([&] {
            ::setsid();
            fork_child([&] { become(seed); });
        });
        ::waitpid(child, nullptr, 0);
    }

    static void vfork_exit(std::uint64_t random) {
        const pid_t child = ::vfork();
        if (child < 0) fail("vfork");
        if (child == 0) ::_exit(static_cast<int>(random % 3));
        if (random % 2 == 0) ::waitpid(child, nullptr, 0);
    }

    // It may outlast its process's first thread's work, and is then ended with the process.
    void start_thread(std::uint64_t random) {
        if (++threads_ > most_threads) return;
        std::thread thread([random] {
            Block block((1 + random % 64) * page_bytes);
            block.touch();
            if (random % 3 == 0) burn_cpu(CLOCK_THREAD_CPUTIME_ID, some_time(random));
            if (random % 3 == 1) sleep_ns(some_time(random));
            if (random % 7 == 0)
                while (true) ::pause();
        });
        if (random % 7 != 0 && random_() % 2 == 0) return thread.join();
        thread.detach();
    }

    [[noreturn]] void end() {
        const auto how = random_() % 16;
        if (how < 2) ::kill(::getpid(), SIGKILL);
        ::_exit(how < 4 ? 3 : 0);
    }

    std::mt19937_64 random_;
    long generation_;
    tree::RandomMappings mappings_;
    long births_ = 0;
    int threads_ = 0;
};

}  // namespace

int random_program(const Arguments& arguments, Truth&) {
    RandomProgram(static_cast<std::uint64_t>(std::strtoull(arguments.text(0, "1").c_str(), nullptr, 10)), arguments.number(1, 0))
        .run();
}

}  // namespace workloads
