#include <unistd.h>

#include <latch>
#include <thread>

#include "blocks.hpp"
#include "processes.hpp"
#include "random_mappings.hpp"
#include "random_tree.hpp"
#include "workload.hpp"

namespace workloads {
namespace tree {
namespace {

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
        const auto random = command.random;
        switch (command.action) {
            case Action::allocate: return mappings_.allocate(random);
            case Action::share: return mappings_.share(random);
            case Action::map_file: return mappings_.map_program(random);
            case Action::release: return mappings_.release(random);
            case Action::touch: return mappings_.touch(random);
            case Action::drop: return mappings_.drop(random);
            case Action::resize: return mappings_.resize(random);
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
    RandomMappings mappings_;
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
