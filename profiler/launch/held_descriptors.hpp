// The open descriptors of a process that others wait to see closed: who reads from a pipe sees its end when the last holder of
// the other end has closed it.
#pragma once

#include <span>

namespace perfwrap {

// Closes what the command has inherited from perfwrap's caller, but for `needed`: every descriptor that is not close-on-exec. The
// places of standard input and output stay taken, so that no file that is opened later gets what is meant for them.
void let_go_of_inherited_descriptors(std::span<const int> needed);

// Closes all above that one.
void close_descriptors_above(int last);

}  // namespace perfwrap
