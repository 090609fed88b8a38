#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <vector>

#include "blocks.hpp"
#include "processes.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {
namespace {

constexpr std::size_t huge_page_bytes = 2 * mib;
constexpr std::array kinds{MAP_PRIVATE | MAP_ANONYMOUS, MAP_SHARED | MAP_ANONYMOUS, MAP_PRIVATE};  // the last one: of a file

// The kernel keeps a part of each counter on each CPU, which it adds to the count once it reaches a batch
// (lib/percpu_counter.c). Moved from one edge of the batch to the other, a part hides nearly two batches.
struct Machine {
    std::vector<int> cpus = allowed_cpus();
    std::size_t batch = std::max<std::size_t>(32, 2 * static_cast<std::size_t>(::sysconf(_SC_NPROCESSORS_ONLN)));
    // Some pages short of the edges, as the process itself may need a page at any moment.
    std::size_t edge = batch - 4;

    // From edge to edge.
    std::size_t rise() const { return 2 * edge; }
    std::size_t growth_bytes() const { return kinds.size() * cpus.size() * rise() * page_bytes; }
    // What the three kinds would hide on all CPUs if a part could hide no more than a batch.
    std::size_t batches_bytes() const { return kinds.size() * cpus.size() * batch * page_bytes; }

private:
    static std::vector<int> allowed_cpus() {
        cpu_set_t allowed;
        if (::sched_getaffinity(0, sizeof allowed, &allowed) != 0) fail("sched_getaffinity");
        std::vector<int> cpus;
        for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
            if (CPU_ISSET(cpu, &allowed)) cpus.push_back(cpu);
        return cpus;
    }
};

void stay_on(int cpu) {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(cpu, &only);
    if (::sched_setaffinity(0, sizeof only, &only) != 0) fail("sched_setaffinity");
}

std::byte* map(std::byte* at, std::size_t bytes, int protection, int flags, int file = -1, off_t offset = 0) {
    void* const begin = ::mmap(at, bytes, protection, flags, file, offset);
    if (begin == MAP_FAILED) fail("mmap");
    return static_cast<std::byte*>(begin);
}

std::byte* reserve(std::size_t bytes) { return map(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE); }

// Pages of one kind that can be dropped in one step, as all are below one page of the page tables' next level, and come one by
// one.
class HiddenPages {
public:
    HiddenPages(int flags, std::size_t count) : is_file_((flags & MAP_ANONYMOUS) == 0) {
        const auto room = reinterpret_cast<std::uintptr_t>(reserve(2 * huge_page_bytes));
        data_ = reinterpret_cast<std::byte*>((room + huge_page_bytes - 1) & ~(huge_page_bytes - 1));
        if (is_file_) {
            map_program(count);
            return;
        }
        map(data_, count * page_bytes, PROT_READ | PROT_WRITE, flags | MAP_FIXED);
        ::madvise(data_, count * page_bytes, MADV_NOHUGEPAGE);
        again_ = data_;
    }

    void touch(std::size_t count) const { touch(data_, count); }
    void drop(std::size_t from, std::size_t count) const {
        if (::madvise(data_ + from * page_bytes, count * page_bytes, MADV_DONTNEED) != 0) fail("madvise");
    }
    // After as many from the first one on have been dropped.
    void touch_again(std::size_t count) const { touch(again_, count); }

private:
    // One fault maps the neighbours in the file too, but only of the same mapping: so there is a mapping for each page.
    void map_program(std::size_t count) {
        const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        map(data_, count * page_bytes, PROT_READ, MAP_PRIVATE | MAP_FIXED, file);
        again_ = reserve(count * page_bytes);
        for (std::size_t page = 0; page < count; ++page)
            map(again_ + page * page_bytes, page_bytes, PROT_READ, MAP_PRIVATE | MAP_FIXED, file,
                static_cast<off_t>((count - 1 - page) * page_bytes));
        ::close(file);
    }

    void touch(std::byte* begin, std::size_t count) const {
        for (std::size_t page = 0; page < count; ++page) {
            volatile std::byte* const byte = begin + page * page_bytes;
            if (is_file_)
                static_cast<void>(*byte);
            else
                *byte = std::byte{1};
        }
    }

    bool is_file_;
    std::byte* data_ = nullptr;
    std::byte* again_ = nullptr;
};

// Dropping two batches at once makes the kernel add up the part, whatever it was, so that it is 0; then it goes to the lower
// edge.
std::vector<HiddenPages> at_lower_edges(const Machine& machine) {
    std::vector<HiddenPages> all;
    for (const int cpu : machine.cpus) {
        stay_on(cpu);
        for (const int kind : kinds) {
            const auto& pages = all.emplace_back(kind, 3 * machine.batch);
            pages.touch(3 * machine.batch);
            pages.drop(0, 2 * machine.batch);
            pages.drop(2 * machine.batch, machine.edge);
        }
    }
    return all;
}

void go_to_upper_edges(const Machine& machine, const std::vector<HiddenPages>& all) {
    auto pages = all.begin();
    for (const int cpu : machine.cpus) {
        stay_on(cpu);
        for (std::size_t kind = 0; kind < kinds.size(); ++kind) (pages++)->touch_again(machine.rise());
    }
}

}  // namespace

// The tree's maximum is reached while a parent holds much. Then it holds less, by a little more than all processes would hide
// if a part could hide no more than a batch, and they grow by all that the parts can hide: by more than that.
int memory_hidden(const Arguments& arguments, Truth& truth) {
    const auto count = static_cast<std::size_t>(arguments.number(0, 16));
    const Machine machine;
    Pipe ready;
    std::vector<Pipe> grow(count);
    std::vector<Pipe> end(count);
    std::vector<pid_t> pids{::getpid()};
    for (std::size_t i = 0; i < count; ++i) {
        pids.push_back(fork_child([&] {
            const auto pages = at_lower_edges(machine);
            ready.send();
            grow[i].receive();
            go_to_upper_edges(machine, pages);
            ready.send();
            end[i].receive();
        }));
        ready.receive();
    }
    const std::size_t hidden_bytes = (count + 2) * machine.batches_bytes();
    const Block block(3 * hidden_bytes);
    block.touch();
    const auto before = resident_sum(pids).rss_bytes;
    block.drop(0, block.size());
    const auto growth_bytes = count * machine.growth_bytes();
    // What it grows by reaches beyond the maximum by half of what a part hides beyond a batch; a profiler may see the other half.
    block.touch(0, block.size() - hidden_bytes - (growth_bytes - hidden_bytes) / 2 / page_bytes * page_bytes);
    for (const auto& signal : grow) {
        signal.send();
        ready.receive();
    }
    const auto after = resident_sum(pids).rss_bytes;
    truth.add("rss_peak_bytes", std::max(before, after));
    truth.add("rss_peak_by_bytes", static_cast<double>(after) - static_cast<double>(before));
    // Of each, what it has not dropped or has touched again.
    truth.add("rss_shmem_peak_bytes", count * machine.cpus.size() * (machine.batch + machine.edge) * page_bytes);
    truth.add("processes", pids.size());
    truth.write();
    for (std::size_t i = 0; i < count; ++i) {
        end[i].send();
        wait_for(pids[i + 1]);
    }
    return 0;
}

}  // namespace workloads
