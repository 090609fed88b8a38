// What the session asks of a probe that follows the process tree. Facts only: no probe knows a metric's name or an exporter.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "probes/recording/recording.hpp"

namespace perfwrap {

// What the end of the measured window is.
enum class Closing : std::uint8_t { at_command_end, after_orphans };

struct LiveProcess {
    int pid = 0;
    std::string name;
};

class Probe {
public:
    virtual ~Probe() = default;
    Probe() = default;
    Probe(const Probe&) = delete;
    Probe& operator=(const Probe&) = delete;

    // HostFacts::faults_told_late, which a probe may know once it is loaded.
    virtual bool faults_told_late() const { return false; }

    // A run begins, from nothing: the next process that the calling thread forks is the command, and what the probe has seen
    // before does not count, processes included that an earlier run has left alive. Everything is attached and ready. cgroup_id:
    // the inode of the directory of the command's own memory cgroup, for a probe that was made to follow one; 0: it has none.
    virtual void arm(std::uint64_t cgroup_id) = 0;

    // The command's exec succeeded at exec_ns, having used cpu_before_exec of itself for perfwrap's own work until then.
    virtual void started(pid_t command, std::uint64_t exec_ns, const rusage& cpu_before_exec) = 0;

    // Reads what there is to read now. Returns the nanoseconds until it wants to be called again.
    virtual std::uint64_t sample(std::uint64_t now_ns) = 0;

    // A file descriptor that turns readable when the probe wants sample() early; -1 if it has none.
    virtual int event_fd() const { return -1; }

    // A child of perfwrap has ended and is still a zombie whose /proc files can be read.
    virtual void ended(pid_t child) = 0;

    // The same child, reaped.
    virtual void reaped(pid_t child, int wait_status, const rusage& usage) = 0;

    // Processes of the tree that are alive now, the command included; a zombie is not.
    virtual std::vector<LiveProcess> alive() = 0;

    // What the window has shown until now, its end_ns; the window stays open. Without the timeline's unfinished bucket.
    virtual Observation so_far() = 0;

    // Closes the measured window. Called once in a run; after it only alive(), ended() and reaped() are, while orphans are being
    // ended, until arm() begins another run.
    virtual Observation finish(std::uint64_t end_ns, Closing closing) = 0;
};

}  // namespace perfwrap
