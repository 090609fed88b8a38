#include "profiler/launch/file_capabilities.hpp"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace perfwrap {
namespace {

struct Sets {
    std::uint64_t effective = 0;
    std::uint64_t permitted = 0;
    std::uint64_t inheritable = 0;
};

// capget(2): the low 32 bits of each set, then the high ones.
using Halves = std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3>;

std::uint64_t whole(__u32 low, __u32 high) { return std::uint64_t{high} << 32 | low; }

Sets own_sets() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    Halves halves{};
    if (::syscall(SYS_capget, &header, halves.data()) != 0) throw std::system_error(errno, std::generic_category(), "capget");
    return {.effective = whole(halves[0].effective, halves[1].effective),
            .permitted = whole(halves[0].permitted, halves[1].permitted),
            .inheritable = whole(halves[0].inheritable, halves[1].inheritable)};
}

void set_own(const Sets& sets) {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    Halves halves{};
    for (std::size_t i = 0; i < halves.size(); ++i)
        halves[i] = {.effective = static_cast<__u32>(sets.effective >> 32 * i),
                     .permitted = static_cast<__u32>(sets.permitted >> 32 * i),
                     .inheritable = static_cast<__u32>(sets.inheritable >> 32 * i)};
    if (::syscall(SYS_capset, &header, halves.data()) != 0) throw std::system_error(errno, std::generic_category(), "capset");
}

std::uint64_t ambient_set() {
    constexpr int most = 63;
    std::uint64_t ambient = 0;
    for (int capability = 0; capability <= most; ++capability)
        if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, capability, 0, 0) == 1) ambient |= std::uint64_t{1} << capability;
    return ambient;
}

}  // namespace

// capabilities(7): an ordinary user's program is permitted its ambient set and the capabilities of its file, nothing else.
FileCapabilities::FileCapabilities() {
    if (::geteuid() == 0) return;
    auto sets = own_sets();
    if (sets.permitted == 0) return;
    given_ = sets.permitted & ~ambient_set();
    sets.effective &= ~given_;
    set_own(sets);
}

FileCapabilities::Raised::Raised(const FileCapabilities& of) : of_(of) {
    if (!of_.given()) return;
    auto sets = own_sets();
    sets.effective |= of_.given_ & sets.permitted;
    set_own(sets);
}

FileCapabilities::Raised::~Raised() {
    if (!of_.given()) return;
    auto sets = own_sets();
    sets.effective &= ~of_.given_;
    set_own(sets);
}

void FileCapabilities::drop() {
    if (!given()) return;
    auto sets = own_sets();
    sets.effective &= ~given_;
    sets.permitted &= ~given_;
    set_own(sets);
}

void drop_all_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    const Halves none{};
    ::syscall(SYS_capset, &header, none.data());
}

void clear_inheritable_capabilities() {
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    Halves halves{};
    if (::syscall(SYS_capget, &header, halves.data()) != 0) return;
    for (auto& half : halves) half.inheritable = 0;
    ::syscall(SYS_capset, &header, halves.data());
}

std::optional<std::string> unsafe_installation() {
    if (::geteuid() == ::getuid() && ::getegid() == ::getgid()) return std::nullopt;
    return "perfwrap is installed set-uid or set-gid and would write outputs with rights that you do not have; run chmod "
           "u-s,g-s on it and use sudo, or setcap cap_bpf,cap_perfmon+ep";
}

}  // namespace perfwrap
