#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <thread>

#include "processes.hpp"
#include "workload.hpp"

namespace workloads {

int thread_switches(const Arguments& arguments, Truth& truth) {
    const long threads = arguments.number(0, 300);
    const pid_t child = ::fork();
    if (child < 0) fail("fork");
    if (child == 0) {
        for (long i = 0; i < threads; ++i) std::thread([] {}).join();
        ::_exit(0);
    }
    rusage of_child{};
    rusage own{};
    if (::wait4(child, nullptr, 0, &of_child) != child) fail("wait4");
    ::getrusage(RUSAGE_SELF, &own);
    truth.add("voluntary_context_switches_at_least", of_child.ru_nvcsw + own.ru_nvcsw);
    truth.add("threads_started", threads + 2);
    truth.write();
    return 0;
}

}  // namespace workloads
