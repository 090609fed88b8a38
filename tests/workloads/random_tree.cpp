#include "random_tree.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <csignal>
#include <random>
#include <vector>

#include "clocks.hpp"
#include "processes.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {
namespace tree {
namespace {

constexpr auto quiet_ns = milliseconds(40);
constexpr std::uint64_t quiet_of_age = 100;  // at least this fraction of the run so far: buckets grow with the run that long
constexpr long steps_between_quiet_points = 25;

void make_pipe(int reader, int writer) {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0 || ::dup2(ends[0], reader) < 0 || ::dup2(ends[1], writer) < 0) fail("pipe");
    for (const int end : ends) ::close(end);
}

// Whether a process has ended and freed its memory, even if it has not been reaped: its pidfd becomes readable.
void wait_for_end_of(pid_t pid) {
    const int handle = static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
    if (handle < 0) return;  // reaped already
    pollfd ended{handle, POLLIN, 0};
    while (::poll(&ended, 1, -1) < 0) {
    }
    ::close(handle);
}

class Coordinator {
public:
    explicit Coordinator(std::uint64_t seed) : random_(seed), began_ns_(now_ns(CLOCK_REALTIME)) {
        std::signal(SIGCHLD, SIG_IGN);
        make_pipe(answers_reader, answers_writer);
        for (int slot = 0; slot < slots; ++slot) make_pipe(commands_reader(slot), commands_writer(slot));
        fork_child([] {
            // The tree ends when the coordinator does, since no other process can send commands.
            for (int slot = 0; slot < slots; ++slot) ::close(commands_writer(slot));
            ::close(answers_reader);
            serve(0);
        });
        ++started_;
        receive(1);
    }

    // Up to four processes act at the same time.
    void step() {
        auto busy = alive();
        std::ranges::shuffle(busy, random_);
        busy.resize(std::min<std::size_t>(busy.size(), 1 + random_() % 4));
        int answers = 0;
        std::vector<pid_t> ending;
        for (const int slot : busy) answers += act(slot, ending);
        receive(answers);
        for (const pid_t pid : ending) wait_for_end_of(pid);
    }

    // No process acts: the page tables must show the same before and after, and this is the truth in between.
    void be_quiet() {
        std::vector<pid_t> pids{::getpid()};
        for (const int slot : alive()) pids.push_back(pids_[static_cast<std::size_t>(slot)]);
        const auto before = resident_sum(pids);
        const auto from = now_ns(CLOCK_REALTIME);
        sleep_ns(std::max(quiet_ns, (from - began_ns_) / quiet_of_age));
        const auto until = now_ns(CLOCK_REALTIME);
        if (resident_sum(pids) != before) {
            ++restless_;
            return;
        }
        quiet_points_ += quiet_points_.empty() ? "[" : ", ";
        quiet_points_ += "{\"from_unix_seconds\": " + std::to_string(seconds(from)) +
                         ", \"until_unix_seconds\": " + std::to_string(seconds(until)) +
                         ", \"rss_bytes\": " + std::to_string(before.rss_bytes) +
                         ", \"processes\": " + std::to_string(pids.size()) + "}";
    }

    void end() {
        std::vector<pid_t> ending;
        for (const int slot : alive()) order(slot, {}, ending);
        for (const pid_t pid : ending) wait_for_end_of(pid);
    }

    void tell(Truth& truth) const {
        truth.add("processes_started", started_);
        truth.add("restless_points", restless_);
        truth.add_json("quiet_points", quiet_points_ + "]");
    }

private:
    std::vector<int> alive() const {
        std::vector<int> result;
        for (int slot = 0; slot < slots; ++slot)
            if (pids_[static_cast<std::size_t>(slot)] != 0) result.push_back(slot);
        return result;
    }

    // Returns the number of answers to expect.
    int act(int slot, std::vector<pid_t>& ending) {
        Command command{static_cast<Action>(random_() % actions), -1, random_()};
        if (command.action == Action::fork || command.action == Action::vfork_exec) command.new_slot = reserve();
        const bool is_birth = command.new_slot >= 0;
        const bool cannot_fork = (command.action == Action::fork || command.action == Action::vfork_exec) && !is_birth;
        const bool would_be_last = command.action == Action::exit && alive().size() < 3;
        if (cannot_fork || would_be_last) command.action = Action::allocate;
        if (is_birth || command.action == Action::vfork_exit) ++started_;
        order(slot, command, ending);
        return command.action == Action::exit ? 0 : is_birth ? 2 : 1;
    }

    // Half of the processes that are to exit are killed instead.
    void order(int slot, const Command& command, std::vector<pid_t>& ending) {
        auto& pid = pids_[static_cast<std::size_t>(slot)];
        const bool by_signal = command.action == Action::exit && command.random % 2 == 1;
        if (by_signal)
            ::kill(pid, SIGKILL);
        else if (::write(commands_writer(slot), &command, sizeof command) != sizeof command)
            fail("write a command");
        if (command.action == Action::exit) {
            ending.push_back(pid);
            pid = 0;
            taken_.push_back(slot);
        }
    }

    // A free slot, or -1. It gets its pid with the newcomer's answer.
    int reserve() {
        for (int slot = 0; slot < slots; ++slot)
            if (pids_[static_cast<std::size_t>(slot)] == 0 && !std::ranges::count(taken_, slot)) {
                taken_.push_back(slot);
                return slot;
            }
        return -1;
    }

    void receive(int count) {
        for (int i = 0; i < count; ++i) {
            Answer answer;
            if (::read(answers_reader, &answer, sizeof answer) != sizeof answer) fail("read an answer");
            pids_[static_cast<std::size_t>(answer.slot)] = answer.pid;
        }
        taken_.clear();
    }

    std::mt19937_64 random_;
    std::uint64_t began_ns_;
    std::array<pid_t, slots> pids_{};
    std::vector<int> taken_;  // slots without a pid that are not free in this step: a process is starting or still exiting
    long started_ = 1;
    long restless_ = 0;
    std::string quiet_points_;
};

}  // namespace
}  // namespace tree

int random_tree(const Arguments& arguments, Truth& truth) {
    tree::Coordinator coordinator(static_cast<std::uint64_t>(arguments.number(0, 1)));
    const long steps = arguments.number(1, 2000);
    for (long step = 0; step < steps; ++step) {
        coordinator.step();
        if (step % tree::steps_between_quiet_points == 0) coordinator.be_quiet();
    }
    coordinator.end();
    coordinator.tell(truth);
    truth.write();
    return 0;
}

}  // namespace workloads
