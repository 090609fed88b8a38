// Keeps a command that runs as another user from typing into the terminal that it shares with perfwrap's caller: TIOCSTI and
// TIOCLINUX of ioctl_tty(2) put characters into the input that the caller's shell reads next.
#pragma once

namespace perfwrap {

// Whether there is such a terminal, and the kernel lets its users do that.
bool terminal_can_be_typed_into();

// Lets both fail with EPERM in the calling process and its descendants, for good. Needs CAP_SYS_ADMIN, unless no_new_privs is
// set. Returns 0 or an errno. Allocates no memory.
int refuse_typing_into_terminal();

}  // namespace perfwrap
