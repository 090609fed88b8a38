// Signals that wait while they are blocked.
#pragma once

namespace perfwrap {

// A blocked signal that has arrived and asks this process to end: SIGHUP, SIGINT, SIGQUIT or SIGTERM, unless it is ignored. 0:
// none. It goes on waiting.
int pending_signal_to_end();

}  // namespace perfwrap
