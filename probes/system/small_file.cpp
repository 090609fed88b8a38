#include "probes/system/small_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "probes/system/unique_fd.hpp"

namespace perfwrap {

std::optional<std::string> read_small_file(const std::string& path, std::size_t limit) {
    const UniqueFd fd{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd) return std::nullopt;
    constexpr std::size_t portion = 4096;
    std::string text;
    for (;;) {
        const auto length = text.size();
        text.resize(length + std::min(portion, limit - length));
        const auto count = ::read(fd.get(), text.data() + length, text.size() - length);
        if (count < 0 && errno != EINTR) return std::nullopt;
        text.resize(length + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
        if (count == 0) return text;
    }
}

}  // namespace perfwrap
