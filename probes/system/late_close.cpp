#include "probes/system/late_close.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

namespace perfwrap {

LateClose::LateClose(std::span<const int> descriptors) {
    std::array<int, 2> pair{-1, -1};
    if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, pair.data()) != 0) return;
    // When a process ends, its descriptors are closed in ascending order.
    receiver_ = UniqueFd(std::min(pair[0], pair[1]));
    sender_ = UniqueFd(std::max(pair[0], pair[1]));

    std::vector<int> sent(descriptors.begin(), descriptors.end());
    sent.push_back(receiver_.get());
    std::vector<char> control(CMSG_SPACE(sent.size() * sizeof(int)));
    char byte = 0;
    iovec payload{&byte, 1};
    msghdr message{};
    message.msg_iov = &payload;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sent.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), sent.data(), sent.size() * sizeof(int));
    sendmsg(sender_.get(), &message, MSG_DONTWAIT);
}

}  // namespace perfwrap
