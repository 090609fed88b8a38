#include "profiler/launch/launcher.hpp"

#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>

using namespace perfwrap;

namespace {

// A script whose first line names an interpreter that does not exist, so that its exec fails in the child.
class BrokenScript {
public:
    BrokenScript() {
        std::ofstream(path_) << "#!/no/such/interpreter\n";
        chmod(path_.c_str(), 0755);
    }
    ~BrokenScript() { std::filesystem::remove(path_); }
    BrokenScript(const BrokenScript&) = delete;
    BrokenScript& operator=(const BrokenScript&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_ = std::filesystem::temp_directory_path() / ("perfwrap-broken-script-" + std::to_string(getpid()));
};

// Shared with children, whether they have memory of their own or not.
std::atomic<int>* exits() {
    static auto* const count = static_cast<std::atomic<int>*>(
        mmap(nullptr, sizeof(std::atomic<int>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    return count;
}

LaunchOptions running(std::string program) {
    LaunchOptions options;
    options.command = {std::move(program)};
    sigemptyset(&options.signal_mask);
    return options;
}

}  // namespace

TEST_CASE("a command whose exec fails is an error, and runs none of perfwrap's own exit handlers") {
    REQUIRE(exits() != MAP_FAILED);
    REQUIRE(std::atexit([] { ++*exits(); }) == 0);
    const BrokenScript script;
    const auto launched = launch(running(script.path()));
    REQUIRE_FALSE(launched);
    CHECK(launched.error().exit_code == 127);
    CHECK(launched.error().message.find("interpreter") != std::string::npos);
    CHECK(*exits() == 0);
    CHECK(waitpid(-1, nullptr, WNOHANG) == -1);  // no child is left
}

TEST_CASE("the command's own maximum of resident memory has nothing of what perfwrap once used") {
    constexpr std::size_t large = 256 << 20;
    // Not by new: a sanitizer keeps what is freed.
    void* const once = mmap(nullptr, large, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    REQUIRE(once != MAP_FAILED);
    munmap(once, large);
    const auto launched = launch(running("true"));
    REQUIRE(launched);
    rusage used{};
    REQUIRE(wait4(launched->pid, nullptr, 0, &used) == launched->pid);
    CHECK(used.ru_maxrss * 1024 < static_cast<long>(large));
}

TEST_CASE("a command that was launched has told what it used before its exec") {
    const auto launched = launch(running("true"));
    REQUIRE(launched);
    CHECK(launched->exec_ns > 0);
    int status = -1;
    CHECK(waitpid(launched->pid, &status, 0) == launched->pid);
    CHECK(status == 0);
}
