// The interface of a probe that follows the process tree, as the session uses it. Facts only: no probe knows a metric's name or
// an exporter.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

#include "probes/recording/recording.hpp"

namespace perfwrap {

// What ends the measured window.
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

    // Begins a new run: the next process that the calling thread forks is the command. Everything that the probe has seen before
    // is forgotten, including processes that an earlier run has left alive. On return everything is attached and ready.
    // cgroup_id: the inode of the directory of the command's own memory cgroup, for a probe that was made to follow one; 0: there
    // is none.
    virtual void arm(std::uint64_t cgroup_id) = 0;

    // The command's exec succeeded at exec_ns. cpu_before_exec: what its process had used for perfwrap's own work until then.
    virtual void started(pid_t command, std::uint64_t exec_ns, const rusage& cpu_before_exec) = 0;

    // Reads what is due. Returns the nanoseconds until it wants to be called again.
    virtual std::uint64_t sample(std::uint64_t now_ns) = 0;

    // A file descriptor that becomes readable when sample() should be called earlier; -1 if there is none.
    virtual int event_fd() const { return -1; }

    // A child of perfwrap has ended and is still a zombie whose /proc files can be read.
    virtual void ended(pid_t child) = 0;

    // The same child has been reaped.
    virtual void reaped(pid_t child, int wait_status, const rusage& usage) = 0;

    // Processes of the tree that are alive now, the command included; zombies are not.
    virtual std::vector<LiveProcess> alive() = 0;

    // Whether a child of perfwrap, which is alive, is known not to belong to the tree: perfwrap had it before the command, or it
    // is of an earlier run.
    virtual bool is_stranger(pid_t child) = 0;

    // What was measured so far; end_ns is now, and the window stays open. Without the timeline's unfinished bucket.
    virtual Observation so_far() = 0;

    // Closes the measured window. Called once per run. Until arm() begins another run, only alive(), is_stranger(),
    // ended() and reaped() are called after it, while orphans are being ended.
    virtual Observation finish(std::uint64_t end_ns, Closing closing) = 0;
};

}  // namespace perfwrap
