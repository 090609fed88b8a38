#include <sys/prctl.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

#include "clocks.hpp"
#include "processes.hpp"
#include "workload.hpp"

namespace workloads {
namespace {

// "workload exit 0 NUMBER a a a...": as many words as the number of bytes that the kernel side keeps.
void exec_with_long_arguments(long number) {
    std::vector<std::string> words{"workload", "exit", "0", std::to_string(number)};
    words.resize(2000, "a");
    std::vector<char*> argv;
    for (auto& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    ::execv("/proc/self/exe", argv.data());
    ::_exit(127);
}

}  // namespace

int process_crowd(const Arguments& arguments, Truth& truth) {
    const long sleeping = arguments.number(0, 2000);
    const long execs = arguments.number(1, 2000);
    for (long i = 0; i < execs; ++i) wait_for(fork_child([&] { exec_with_long_arguments(i); }));
    for (long i = 0; i < sleeping; ++i)
        fork_child([] {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            while (true) ::pause();
        });
    sleep_ns(milliseconds(arguments.number(2, 500)));
    truth.add("processes_started", sleeping + execs + 1);
    truth.write();
    return 0;
}

}  // namespace workloads
