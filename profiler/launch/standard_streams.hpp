// Reserves descriptors 0, 1 and 2 for the standard streams, even if perfwrap was started without them.
#pragma once

#include <fcntl.h>
#include <unistd.h>

namespace perfwrap {

// Puts a descriptor that can be neither read nor written in the place of a closed stream. Otherwise the next file to be opened
// would take that place and receive what is meant for the stream. The command still finds it closed.
inline void hold_standard_streams() {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
        if (::fcntl(fd, F_GETFD) < 0) static_cast<void>(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace perfwrap
