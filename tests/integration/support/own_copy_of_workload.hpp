// A copy of the workload program that no other test runs.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {

// While it lives, workload_path() is the copy. A proportional set size counts a page by its share, and the pages of a program are
// shared with every process that runs it, those of other tests included.
class OwnCopyOfWorkload {
public:
    OwnCopyOfWorkload() : shared_(workload_path()) {
        std::filesystem::copy_file(shared_, folder_ / "workload");
        ::setenv("WORKLOAD", (folder_ / "workload").c_str(), 1);
    }
    ~OwnCopyOfWorkload() { ::setenv("WORKLOAD", shared_.c_str(), 1); }
    OwnCopyOfWorkload(const OwnCopyOfWorkload&) = delete;
    OwnCopyOfWorkload& operator=(const OwnCopyOfWorkload&) = delete;

private:
    TemporaryFolder folder_;
    std::string shared_;
};

}  // namespace perfwrap::test
