// Many processes or threads that live at the same moment.
#include <pthread.h>
#include <semaphore.h>

#include <cerrno>

#include "processes.hpp"
#include "workload.hpp"

namespace workloads {
namespace {

// Children that live until they receive a byte from the gate: as many as wanted, or as the kernel allows.
std::vector<pid_t> fork_waiting(std::size_t wanted, const Pipe& gate) {
    std::vector<pid_t> children;
    while (children.size() < wanted) {
        const pid_t child = ::fork();
        if (child < 0) break;
        if (child == 0) {
            gate.receive();
            ::_exit(0);
        }
        children.push_back(child);
    }
    return children;
}

// One after the other.
void end_all(const std::vector<pid_t>& children, const Pipe& gate) {
    for (std::size_t i = 0; i < children.size(); ++i) {
        gate.send();
        wait_for(-1);
    }
}

void tell_counts(Truth& truth, std::size_t processes, std::size_t threads) {
    truth.add("processes_started", static_cast<double>(processes));
    truth.add("processes_peak", static_cast<double>(processes));
    truth.add("threads_started", static_cast<double>(threads));
    truth.add("threads_peak", static_cast<double>(threads));
    truth.write();
}

struct Threads {
    sem_t started;
    sem_t end;
};

void* wait_as_thread(void* all) {
    auto& threads = *static_cast<Threads*>(all);
    ::sem_post(&threads.started);
    while (::sem_wait(&threads.end) != 0) {
    }
    return nullptr;
}

}  // namespace

int live_processes(const Arguments& arguments, Truth& truth) {
    const auto count = static_cast<std::size_t>(arguments.number(0, 5000));
    const Pipe gate;
    const auto children = fork_waiting(count, gate);
    if (children.size() < count) fail("fork");
    end_all(children, gate);
    tell_counts(truth, count + 1, count + 1);
    return 0;
}

int live_threads(const Arguments& arguments, Truth& truth) {
    const auto count = static_cast<std::size_t>(arguments.number(0, 2000));
    Threads all{};
    ::sem_init(&all.started, 0, 0);
    ::sem_init(&all.end, 0, 0);
    pthread_attr_t small_stack;
    ::pthread_attr_init(&small_stack);
    ::pthread_attr_setstacksize(&small_stack, 64 * 1024);
    std::vector<pthread_t> threads(count);
    for (auto& thread : threads) {
        errno = ::pthread_create(&thread, &small_stack, wait_as_thread, &all);
        if (errno != 0) fail("pthread_create");
    }
    for (std::size_t i = 0; i < count; ++i)
        while (::sem_wait(&all.started) != 0) {
        }
    for (std::size_t i = 0; i < count; ++i) ::sem_post(&all.end);
    for (const auto thread : threads) ::pthread_join(thread, nullptr);
    tell_counts(truth, 1, count + 1);
    return 0;
}

int fork_until_refused(const Arguments& arguments, Truth& truth) {
    const auto at_most = static_cast<std::size_t>(arguments.number(0, 1000));
    const Pipe gate;
    const auto children = fork_waiting(at_most, gate);
    const int refusal = children.size() < at_most ? errno : 0;
    end_all(children, gate);
    tell_counts(truth, children.size() + 1, children.size() + 1);
    return refusal == EAGAIN ? 0 : 1;
}

}  // namespace workloads
