// The readers of /proc, with files that contain the input.
#include <algorithm>

#include "probes/system/proc_files.hpp"
#include "probes/system/small_file.hpp"
#include "tests/fuzz/require.hpp"
#include "tests/fuzz/targets.hpp"
#include "tests/support/fake_proc.hpp"

namespace perfwrap::fuzz {
namespace {

constexpr int pid = 7;

// One file under all names that the readers use.
class Folder {
public:
    Folder() {
        fake_.write("content", "");
        const std::string folder = fake_.root() + "/7/task/7";
        std::filesystem::create_directories(folder);
        std::filesystem::create_directories(fake_.root() + "/sys/kernel");
        for (const auto* name : {"stat", "status", "io", "smaps_rollup", "cmdline"}) link_to(fmt::format("7/{}", name));
        link_to("7/task/7/children");
        link_to("sys/kernel/ns_last_pid");
    }

    const std::string& content() const { return content_; }
    std::string root() const { return fake_.root(); }

private:
    void link_to(const std::string& name) const { std::filesystem::create_hard_link(content_, fake_.root() + "/" + name); }

    test::FakeProc fake_;
    std::string content_ = fake_.root() + "/content";
};

}  // namespace

void proc_files(std::string_view input) {
    static const Folder folder;
    static auto proc = ProcFs::open(folder.root()).value();
    std::ofstream(folder.content(), std::ios::binary) << input;

    require(read_small_file(folder.content()) == input, "a small file is read whole");
    const auto limit = input.empty() ? 0 : static_cast<unsigned char>(input.front()) * std::size_t{64};
    require(read_small_file(folder.content(), limit) == input.substr(0, limit), "a small file is read up to the limit");

    static_cast<void>(proc.status(pid));
    static_cast<void>(proc.page_tables(pid));
    static_cast<void>(proc.last_pid());
    const auto stat = proc.stat(pid);
    require(stat.has_value() == parse_stat(input).has_value(), "a stat is read as it stands");
    const auto io = proc.io(proc.open_io(pid));
    require(io.has_value() == proc.io(pid).has_value(), "an open file is read as a closed one");
    const auto words = proc.cmdline(pid);
    require(words && *words == parse_cmdline(input.substr(0, ProcFs::cmdline_limit)), "a command line is read up to the limit");
    require(proc.children(pid, pid).size() <= input.size() / 2 + 1, "a child is a word of the list");
    require(proc.pids() == std::vector{pid} && proc.threads(pid) == std::vector{pid}, "only numbers are processes");
}

}  // namespace perfwrap::fuzz
