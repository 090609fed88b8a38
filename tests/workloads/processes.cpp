#include "processes.hpp"

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <new>

namespace workloads {

void fail(const char* what) {
    std::fprintf(stderr, "workload: %s: %s\n", what, std::strerror(errno));
    ::_exit(1);
}

int wait_for(pid_t pid) {
    int status = 0;
    while (::waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) fail("waitpid");
    return status;
}

double rusage_cpu_seconds() {
    double sum = 0;
    for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
        rusage usage{};
        ::getrusage(who, &usage);
        for (const timeval& part : {usage.ru_utime, usage.ru_stime})
            sum += static_cast<double>(part.tv_sec) + static_cast<double>(part.tv_usec) * 1e-6;
    }
    return sum;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
    std::vector<char*> result;
    for (const auto& word : words) result.push_back(const_cast<char*>(word.c_str()));
    result.push_back(nullptr);
    return result;
}

void exec_self(const std::vector<std::string>& words) {
    ::execv("/proc/self/exe", pointers(words).data());
    fail("exec /proc/self/exe");
}

pid_t vfork_exec_self(const std::vector<std::string>& words) {
    const auto argv = pointers(words);
    const pid_t child = ::vfork();
    if (child < 0) fail("vfork");
    if (child == 0) {
        ::execv("/proc/self/exe", argv.data());
        ::_exit(127);
    }
    return child;
}

SharedCounter::SharedCounter() {
    void* page = ::mmap(nullptr, sizeof *value_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) fail("mmap");
    value_ = new (page) std::atomic<std::uint64_t>(0);
}

SharedCounter::~SharedCounter() { ::munmap(value_, sizeof *value_); }

Pipe::Pipe() {
    std::array<int, 2> ends{};
    if (::pipe(ends.data()) != 0) fail("pipe");
    reader_ = ends[0];
    writer_ = ends[1];
}

Pipe::~Pipe() {
    ::close(reader_);
    close_writer();
}

void Pipe::send() const {
    if (::write(writer_, "x", 1) != 1) fail("write to a pipe");
}

void Pipe::receive() const {
    char byte = 0;
    if (::read(reader_, &byte, 1) != 1) fail("read from a pipe");
}

void Pipe::close_writer() {
    if (writer_ >= 0) ::close(writer_);
    writer_ = -1;
}

void Pipe::wait_for_end() {
    close_writer();
    char byte = 0;
    while (::read(reader_, &byte, 1) > 0) {
    }
}

}  // namespace workloads
