#include <unistd.h>

#include "blocks.hpp"
#include "clocks.hpp"
#include "looks.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {

int memory_spike(const Arguments& arguments, Truth& truth) {
    const auto spike_bytes = static_cast<std::size_t>(arguments.number(1, 512)) * mib;
    const Block held(static_cast<std::size_t>(arguments.number(0, 64)) * mib);
    held.touch();
    const auto before = resident(::getpid());
    hold_for_looks(arguments.number(3, 0));
    {
        const Block spike(spike_bytes);
        spike.touch();
        sleep_ns(milliseconds(arguments.number(2, 2)));
    }
    truth.add("rss_peak_bytes", before.rss_bytes + spike_bytes);
    truth.add("pss_peak_bytes", before.pss_bytes + spike_bytes);
    truth.add("anon_peak_bytes", before.pss_anon_bytes + spike_bytes);
    truth.write();
    return 0;
}

}  // namespace workloads
