#include <sys/mman.h>
#include <unistd.h>

#include <array>

#include "blocks.hpp"
#include "looks.hpp"
#include "processes.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {

int memory_memfd(const Arguments& arguments, Truth& truth) {
    const auto bytes = static_cast<std::size_t>(arguments.number(0, 100)) * mib;
    const int file = ::memfd_create("perfwrap-workload", MFD_CLOEXEC);
    if (file < 0 || ::ftruncate(file, static_cast<off_t>(bytes)) != 0) fail("memfd");
    const auto map_and_touch = [&] {
        void* const begin = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
        if (begin == MAP_FAILED) fail("mmap");
        touch_pages(static_cast<std::byte*>(begin), bytes);
    };
    Pipe holding;
    Pipe release;
    const pid_t child = fork_child([&] {
        map_and_touch();
        holding.send();
        release.wait_for_end();
    });
    map_and_touch();
    holding.receive();
    const std::array pids{::getpid(), child};
    hold_for_looks(pids, arguments.number(1, 0));
    const auto peak = resident_sum(pids);
    truth.add("rss_peak_bytes", peak.rss_bytes);
    truth.add("pss_peak_bytes", peak.pss_bytes);
    truth.add("rss_shmem_peak_bytes", 2 * bytes);
    truth.add("shmem_peak_bytes", bytes);
    truth.add("processes_started", 2);
    release.close_writer();
    wait_for(child);
    truth.write();
    return 0;
}

}  // namespace workloads
