// Descriptors 0, 1 and 2 mean the standard streams, also where perfwrap was started without them.
#pragma once

#include <fcntl.h>
#include <unistd.h>

namespace perfwrap {

// A closed one is held by a descriptor that can be neither read nor written, or the next file to be opened would take its place
// and receive what is meant for it. The command finds it closed.
inline void hold_standard_streams() {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
        if (::fcntl(fd, F_GETFD) < 0) static_cast<void>(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace perfwrap
