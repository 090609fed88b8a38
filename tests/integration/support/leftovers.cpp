#include "tests/integration/support/leftovers.hpp"

#include <bpf/bpf.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

namespace perfwrap::test {

namespace fs = std::filesystem;

std::set<unsigned> bpf_programs_of(pid_t pid) {
    std::set<unsigned> ids;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(fmt::format("/proc/{}/fdinfo", pid), gone)) {
        std::ifstream file(entry.path());
        for (std::string key, value; file >> key >> value;)
            if (key == "prog_id:") ids.insert(static_cast<unsigned>(std::stoul(value)));
    }
    return ids;
}

bool is_loaded(unsigned program) {
    const int handle = ::bpf_prog_get_fd_by_id(program);
    if (handle >= 0) ::close(handle);
    return handle >= 0;
}

std::set<std::string> cgroups_held_by(pid_t pid) {
    std::set<std::string> folders;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(fmt::format("/proc/{}/fd", pid), gone)) {
        const auto target = fs::read_symlink(entry.path(), gone).string();
        if (target.find("/perfwrap-run-") != std::string::npos && fs::is_directory(target, gone)) folders.insert(target);
    }
    return folders;
}

std::vector<pid_t> children_of(pid_t pid) {
    std::vector<pid_t> children;
    std::ifstream file(fmt::format("/proc/{0}/task/{0}/children", pid));
    for (pid_t child = 0; file >> child;) children.push_back(child);
    return children;
}

char state_of(pid_t pid) {
    std::ifstream stat(fmt::format("/proc/{}/stat", pid));
    std::string text;
    std::getline(stat, text);
    const auto name_end = text.rfind(')');
    return name_end == std::string::npos || name_end + 2 >= text.size() ? '\0' : text[name_end + 2];
}

bool is_running(pid_t pid) {
    const char state = state_of(pid);
    return state != '\0' && state != 'Z' && state != 'X';
}

bool becomes_true(const std::function<bool()>& condition) {
    using std::chrono::steady_clock;
    constexpr std::chrono::seconds patience{120};
    for (const auto give_up = steady_clock::now() + patience; !condition();) {
        if (steady_clock::now() > give_up) return false;
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return true;
}

void await(const std::string& what, const std::function<bool()>& condition) {
    if (!becomes_true(condition)) throw std::runtime_error("waited in vain for two minutes: " + what);
}

}  // namespace perfwrap::test
