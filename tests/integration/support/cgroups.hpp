// Control groups that a test makes: for the kernel's own CPU counter as the truth, or with a memory limit.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <tl/expected.hpp>

namespace perfwrap::test {

// A new directory in a cgroup hierarchy, removed at the end.
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
    // Version 1 with cpuacct, otherwise version 2. Error: why there is none.
    static tl::expected<CpuCgroup, std::string> make();

    // CPU time of all processes of the group since they entered it, including teardown.
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

class FreezerCgroup : public Cgroup {
public:
    static tl::expected<FreezerCgroup, std::string> make_v1();
    static tl::expected<FreezerCgroup, std::string> make_v2();

    // For sh: moves the process and freezes it.
    std::string freeze(const std::string& pid) const;
    void thaw() const;

private:
    FreezerCgroup(std::string path, bool v1) : Cgroup(std::move(path)), v1_(v1) {}

    bool v1_;
};

// A part of the version 2 hierarchy that belongs to a user, as delegated by systemd, with a group in it for the user's processes.
class DelegatedCgroup : public Cgroup {
public:
    static tl::expected<DelegatedCgroup, std::string> make(uid_t user);

    DelegatedCgroup(DelegatedCgroup&&) noexcept = default;
    ~DelegatedCgroup();

    // Moves the calling process, which must still be root's.
    void enter() const;

private:
    using Cgroup::Cgroup;
    std::string inner() const { return path_ + "/inner"; }
};

}  // namespace perfwrap::test
