#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <latch>
#include <thread>

#include "blocks.hpp"
#include "processes.hpp"
#include "random_tree.hpp"
#include "workload.hpp"

namespace workloads {
namespace tree {
namespace {

struct Mapping {
    std::byte* data;
    std::size_t size;
    bool writable;

    void touch() const {
        if (writable) return touch_pages(data, size);
        for (std::size_t at = 0; at < size; at += page_bytes) {
            const volatile std::byte* const page = data + at;
            static_cast<void>(*page);
        }
    }
};

constexpr std::size_t most_mappings = 24;
constexpr std::size_t most_mapping_bytes = mib;
constexpr int most_threads = 6;

std::vector<std::string> words_for(int slot) { return {"workload", "random-tree-agent", std::to_string(slot)}; }

class Agent {
public:
    explicit Agent(int slot) : slot_(slot) {}

    void answer() const {
        const Answer ready{slot_, ::getpid()};
        if (::write(answers_writer, &ready, sizeof ready) != sizeof ready) ::_exit(1);
    }

    void perform(const Command& command) {
        random_ = command.random;
        switch (command.action) {
            case Action::allocate: return map(MAP_PRIVATE | MAP_ANONYMOUS, -1);
            case Action::share: return map(MAP_SHARED | MAP_ANONYMOUS, -1);
            case Action::map_file: return map_program();
            case Action::release: return release();
            case Action::touch: return any([](Mapping& mapping) { mapping.touch(); });
            case Action::drop:
                return any([](Mapping& mapping) { ::madvise(mapping.data, mapping.size / 2 + page_bytes, MADV_DONTNEED); });
            case Action::resize: return any([this](Mapping& mapping) { resize(mapping); });
            case Action::thread: return start_thread();
            case Action::vfork_exit: return vfork_exit();
            case Action::fork: return fork_into(command.new_slot);
            case Action::vfork_exec: vfork_exec_self(words_for(command.new_slot)); return;
            case Action::exec: exec_self(words_for(slot_));
            case Action::exec_by_thread: std::thread([this] { exec_self(words_for(slot_)); }).join(); return;
            case Action::exit: ::_exit(0);
        }
    }

private:
    std::size_t some_pages() const { return (1 + random_ % (most_mapping_bytes / page_bytes)) * page_bytes; }

    template <typename Do>
    void any(Do&& change) {
        if (!mappings_.empty()) change(mappings_[random_ % mappings_.size()]);
    }

    void map(int flags, int file) {
        if (mappings_.size() >= most_mappings) return;
        const bool writable = file < 0;
        const auto size = writable ? some_pages() : std::min<std::size_t>(some_pages(), 256 * 1024);
        void* const begin = ::mmap(nullptr, size, writable ? PROT_READ | PROT_WRITE : PROT_READ, flags, file, 0);
        if (begin == MAP_FAILED) fail("mmap");
        mappings_.push_back({static_cast<std::byte*>(begin), size, writable});
        mappings_.back().touch();
    }
    void map_program() {
        const int file = ::open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
        if (file < 0) fail("/proc/self/exe");
        map(MAP_PRIVATE, file);
        ::close(file);
    }
    void release() {
        any([this](Mapping& mapping) {
            ::munmap(mapping.data, mapping.size);
            mapping = mappings_.back();
            mappings_.pop_back();
        });
    }
    void resize(Mapping& mapping) const {
        if (!mapping.writable) return;
        // A shared anonymous object does not grow with its mapping.
        const auto size = std::min(mapping.size, some_pages());
        void* const begin = ::mremap(mapping.data, mapping.size, size, MREMAP_MAYMOVE);
        if (begin == MAP_FAILED) fail("mremap");
        mapping = {static_cast<std::byte*>(begin), size, true};
    }
    void start_thread() {
        if (threads_ >= most_threads) return;
        ++threads_;
        std::latch settled(1);
        std::thread([&settled] {
            std::byte stack[16 * page_bytes];
            touch_pages(stack, sizeof stack);
            settled.count_down();
            for (;;) ::pause();
        }).detach();
        settled.wait();
    }
    static void vfork_exit() {
        if (::vfork() == 0) ::_exit(0);
    }
    void fork_into(int new_slot) {
        fork_child([&] {
            slot_ = new_slot;
            threads_ = 0;
            answer();
            run();
        });
    }

public:
    [[noreturn]] void run() {
        Command command;
        while (::read(commands_reader(slot_), &command, sizeof command) == sizeof command) {
            perform(command);
            answer();
        }
        ::_exit(0);
    }

private:
    int slot_;
    int threads_ = 0;
    std::uint64_t random_ = 0;
    std::vector<Mapping> mappings_;
};

}  // namespace

void serve(int slot) {
    Agent agent(slot);
    agent.answer();
    agent.run();
}

}  // namespace tree

int random_tree_agent(const Arguments& arguments, Truth&) { tree::serve(static_cast<int>(arguments.number(0, 0))); }

}  // namespace workloads
