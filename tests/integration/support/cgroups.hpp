// Control groups that a test makes: the kernel's own count of CPU as a truth, a memory limit as an obstacle.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace perfwrap::test {

// A fresh folder in a cgroup hierarchy, removed at the end.
class Cgroup {
public:
    ~Cgroup();
    Cgroup(Cgroup&& other) noexcept;
    Cgroup& operator=(Cgroup&&) = delete;

    const std::string& path() const { return path_; }

protected:
    explicit Cgroup(std::string path) : path_(std::move(path)) {}

    std::string path_;
};

class CpuCgroup : public Cgroup {
public:
    // Version 1 with cpuacct, else version 2. Error: why there is none.
    static tl::expected<CpuCgroup, std::string> make();

    // CPU of all that ran in the group since each process entered it, teardown included.
    double cpu_seconds() const;

private:
    using Cgroup::Cgroup;
};

class MemoryCgroup : public Cgroup {
public:
    static tl::expected<MemoryCgroup, std::string> make(std::uint64_t limit_bytes);

private:
    using Cgroup::Cgroup;
};

class PidsCgroup : public Cgroup {
public:
    static tl::expected<PidsCgroup, std::string> make(std::uint64_t tasks_at_most);

private:
    using Cgroup::Cgroup;
};

// A part of the version 2 hierarchy that belongs to a user, with a group in it to be in: as systemd delegates it.
class DelegatedCgroup : public Cgroup {
public:
    static tl::expected<DelegatedCgroup, std::string> make(uid_t user);

    DelegatedCgroup(DelegatedCgroup&&) noexcept = default;
    ~DelegatedCgroup();

    // The calling process, which needs to be root's still.
    void enter() const;

private:
    using Cgroup::Cgroup;
    std::string inner() const { return path_ + "/inner"; }
};

}  // namespace perfwrap::test
