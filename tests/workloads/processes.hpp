#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace workloads {

// Prints what failed and why, and exits with 1.
[[noreturn]] void fail(const char* what);

// The child runs `body` and calls _exit(0).
template <typename Body>
pid_t fork_child(Body&& body) {
    const pid_t pid = ::fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        body();
        ::_exit(0);
    }
    return pid;
}

// Returns the wait status.
int wait_for(pid_t pid);

// CPU time of this process and of its reaped children, as accounted by the kernel.
double rusage_cpu_seconds();

// Replaces this process by this program with other words; returns only if it fails.
[[noreturn]] void exec_self(const std::vector<std::string>& words);

// A vfork child that becomes this program with other words.
pid_t vfork_exec_self(const std::vector<std::string>& words);

std::vector<char*> pointers(const std::vector<std::string>& words);

// A number that a process shares with the children that it forks.
class SharedCounter {
public:
    SharedCounter();
    ~SharedCounter();
    SharedCounter(const SharedCounter&) = delete;
    SharedCounter& operator=(const SharedCounter&) = delete;

    void add(std::uint64_t amount) { value_->fetch_add(amount); }
    std::uint64_t value() const { return value_->load(); }

private:
    std::atomic<std::uint64_t>* value_;
};

class Pipe {
public:
    Pipe();
    ~Pipe();
    Pipe(const Pipe&) = delete;
    Pipe& operator=(const Pipe&) = delete;

    int reader() const { return reader_; }
    void send() const;
    void receive() const;
    void close_writer();
    // Returns when no process has the writing end open any more.
    void wait_for_end();

private:
    int reader_ = -1;
    int writer_ = -1;
};

}  // namespace workloads
