#include <unistd.h>

#include "blocks.hpp"
#include "looks.hpp"
#include "processes.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {

namespace {

class Children {
public:
    explicit Children(long count) {
        for (long i = 0; i < count; ++i)
            pids.push_back(fork_child([&] {
                holding_.send();
                release_.receive();
            }));
        for (long i = 0; i < count; ++i) holding_.receive();
    }

    void end_one_by_one() const {
        for (std::size_t i = 0; i < pids.size(); ++i) {
            release_.send();
            wait_for(any_child);
        }
    }

    std::vector<pid_t> pids;

private:
    static constexpr pid_t any_child = -1;
    Pipe holding_;
    Pipe release_;
};

}  // namespace

// The first time the pages are held until they have been looked at often enough. RSS counts the shared pages in every process,
// PSS and the anonymous sum count them once. Each time all children have ended before those of the next time begin.
int memory_fork(const Arguments& arguments, Truth& truth) {
    const long count = arguments.number(1, 4);
    const long times = arguments.number(3, 1);
    const Block block(static_cast<std::size_t>(arguments.number(0, 256)) * mib);
    block.touch();
    for (long time = 0; time < times; ++time) {
        Children children(count);
        auto pids = children.pids;
        pids.push_back(::getpid());
        hold_for_looks(pids, time == 0 ? arguments.number(2, 0) : 0);
        if (time == 0) {
            const auto peak = resident_sum(pids);
            truth.add("rss_peak_bytes", peak.rss_bytes);
            truth.add("pss_peak_bytes", peak.pss_bytes);
            truth.add("anon_peak_bytes", peak.pss_anon_bytes);
        }
        children.end_one_by_one();
    }
    truth.add("processes_started", times * count + 1);
    truth.write();
    return 0;
}

}  // namespace workloads
