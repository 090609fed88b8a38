// Writes bytes to descriptors, whatever is behind them.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace perfwrap {

using Patience = std::optional<std::chrono::milliseconds>;

// Continues after short writes, and waits for a full non-blocking pipe. Returns 0 or an errno; ETIMEDOUT if the reader of a
// non-blocking pipe has read nothing for `patience`.
int write_all(int fd, std::string_view bytes, Patience patience = std::nullopt);

// The same where a reader that has stopped reading could hold it up for ever: gives up once a signal waits that asks perfwrap to
// end, and nothing has been read for a moment. Then it returns ETIMEDOUT, and a thread of its own stays behind.
int write_to_reader(int fd, std::string_view bytes, Patience patience = std::nullopt);

}  // namespace perfwrap
