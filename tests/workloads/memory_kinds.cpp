// The ways in which one process's pages come and go.
#include <sys/mman.h>
#include <unistd.h>

#include "blocks.hpp"
#include "clocks.hpp"
#include "processes.hpp"
#include "smaps.hpp"
#include "workload.hpp"

namespace workloads {
namespace {

std::uint64_t own_rss_bytes() { return resident(::getpid()).rss_bytes; }

std::size_t size_of(const Arguments& arguments, std::size_t index, long fallback_mib) {
    return static_cast<std::size_t>(arguments.number(index, fallback_mib)) * mib;
}

}  // namespace

// Touched, dropped and touched elsewhere: never more than one block at once.
int memory_dontneed(const Arguments& arguments, Truth& truth) {
    const auto bytes = size_of(arguments, 0, 100);
    const auto before = own_rss_bytes();
    const Block first(bytes);
    first.touch();
    first.drop(0, bytes);
    const Block second(bytes);
    second.touch();
    truth.add("rss_peak_bytes", before + bytes);
    truth.write();
    return 0;
}

// Grown in place or moved, then shrunk: the memory that this frees is used by another block.
int memory_mremap(const Arguments& arguments, Truth& truth) {
    const auto bytes = size_of(arguments, 0, 100);
    const auto before = own_rss_bytes();
    Block block(bytes / 2);
    block.touch();
    block.resize(bytes);
    block.touch();
    block.resize(bytes / 5);
    const Block rest(bytes - bytes / 5);
    rest.touch();
    truth.add("rss_peak_bytes", before + bytes);
    truth.write();
    return 0;
}

// With huge pages, half of one is dropped now and then, which splits it.
int memory_thp(const Arguments& arguments, Truth& truth) {
    constexpr std::size_t huge_page_bytes = 2 * mib;
    const auto bytes = size_of(arguments, 1, 128);
    const Block block(bytes, arguments.text(0, "on") == "on" ? Pages::huge : Pages::small);
    block.touch();
    const auto peak = resident(::getpid());
    sleep_ns(milliseconds(50));
    for (std::size_t at = 0; at < bytes; at += 8 * huge_page_bytes) block.drop(at, huge_page_bytes / 2);
    truth.add("rss_peak_bytes", peak.rss_bytes);
    truth.add("anon_huge_bytes", peak.anon_huge_bytes);
    truth.add("rss_after_split_bytes", own_rss_bytes());
    truth.write();
    return 0;
}

// mlock makes pages resident that were never touched.
int memory_mlock(const Arguments& arguments, Truth& truth) {
    const auto before = own_rss_bytes();
    const Block block(size_of(arguments, 0, 64));
    if (::mlock(block.data(), block.size()) != 0) fail("mlock (raise RLIMIT_MEMLOCK)");
    truth.add("rss_peak_bytes", before + block.size());
    truth.write();
    return 0;
}

}  // namespace workloads
