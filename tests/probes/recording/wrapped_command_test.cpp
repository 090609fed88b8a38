#include "probes/recording/wrapped_command.hpp"

#include <catch2/catch.hpp>
#include <sstream>

using namespace perfwrap;

namespace {

using Words = std::vector<std::string>;

Words words_of(const std::string& line) {
    std::istringstream stream(line);
    Words words;
    for (std::string word; stream >> word;) words.push_back(word);
    return words;
}

// What the line starts, without what only starts it; blanks separate words.
std::string within(const std::string& line) {
    std::string joined;
    for (const auto& word : wrapped_command(words_of(line))) joined += (joined.empty() ? "" : " ") + word;
    return joined;
}

}  // namespace

TEST_CASE("nice is looked through, in all its spellings of the number") {
    for (const auto* const options : {"", "-n 5", "-n5", "-n -5", "-5", "--5", "--adjustment=5", "--adjustment 5", "--"}) {
        CAPTURE(options);
        CHECK(within(std::string("nice ") + options + " make -j4") == "make -j4");
    }
}

TEST_CASE("env is looked through with its variables and options") {
    CHECK(within("env make") == "make");
    CHECK(within("env A=1 B= make all") == "make all");
    CHECK(within("/usr/bin/env -i PATH=/bin make") == "make");
    CHECK(within("env - A=1 make") == "make");
    CHECK(within("env -u HOME -C /src --unset LANG --chdir=/tmp A=1 make V=1") == "make V=1");
    CHECK(within("env -uHOME --ignore-environment -v make") == "make");
    CHECK(within("env --block-signal=INT -- A=1 make") == "make");
    CHECK(within("env -S make -k") == "make -k");
    CHECK(wrapped_command(Words{"env", "-S", "A=1 python3  -u", "bench.py"}) == Words{"python3", "-u", "bench.py"});
    CHECK(wrapped_command(Words{"env", "--split-string=nice -n 5 make", "all"}) == Words{"make", "all"});
}

TEST_CASE("timeout is looked through with its duration") {
    CHECK(within("timeout 10 make") == "make");
    CHECK(within("timeout -k 5 10s make") == "make");
    CHECK(within("timeout -k5 -s KILL 10s make") == "make");
    CHECK(within("timeout --kill-after=5 --signal KILL --foreground 10s make") == "make");
    CHECK(within("timeout --preserve-status -v 1h make -k 5") == "make -k 5");
}

TEST_CASE("what chooses CPUs and memory nodes is looked through") {
    CHECK(within("taskset 0x3 make") == "make");
    CHECK(within("taskset -c 0,1 make") == "make");
    CHECK(within("taskset -ac 0-3 make -c") == "make -c");
    CHECK(within("taskset --cpu-list 0 make") == "make");
    CHECK(within("numactl -N 0 -m 0 make") == "make");
    CHECK(within("numactl --cpunodebind=0 --membind 0,1 -l make") == "make");
    CHECK(within("numactl -C0-3 --interleave=all -- make") == "make");
}

TEST_CASE("what sets a scheduling class is looked through") {
    CHECK(within("chrt 10 make") == "make");
    CHECK(within("chrt -f 10 make") == "make");
    CHECK(within("chrt --idle 0 make") == "make");
    CHECK(within("chrt -b make") == "make");
    CHECK(within("chrt -d -T 5000000 --sched-period 16666666 -D 10000000 0 make") == "make");
    CHECK(within("ionice make") == "make");
    CHECK(within("ionice -c 3 make") == "make");
    CHECK(within("ionice -c2 -n 7 -t make") == "make");
    CHECK(within("ionice --class idle --classdata=7 make") == "make");
}

TEST_CASE("what changes streams, sessions and signals is looked through") {
    CHECK(within("stdbuf -oL make") == "make");
    CHECK(within("stdbuf -o L -e 0 --input=0 make") == "make");
    CHECK(within("setsid -w make") == "make");
    CHECK(within("setsid --fork make") == "make");
    CHECK(within("nohup make -j4") == "make -j4");
}

TEST_CASE("sudo is looked through with its variables and options") {
    CHECK(within("sudo make") == "make");
    CHECK(within("sudo -u x -E make") == "make");
    CHECK(within("sudo -nu x make") == "make");
    CHECK(within("sudo --user=x --preserve-env=A --chdir /src -- make -u y") == "make -u y");
    CHECK(within("sudo -k -H A=1 make") == "make");
}

TEST_CASE("what takes time or gives a screen is looked through") {
    CHECK(within("time make") == "make");
    CHECK(within("/usr/bin/time -v -o times -f %e make") == "make");
    CHECK(within("time --format=%e --output times -a make") == "make");
    CHECK(within("xvfb-run make") == "make");
    CHECK(within("xvfb-run -a -e log -n 99 make") == "make");
    CHECK(wrapped_command(Words{"xvfb-run", "-s", "-screen 0 640x480x8", "--auto-servernum", "make"}) == Words{"make"});
}

TEST_CASE("they are looked through in any number, one within the other") {
    CHECK(within("sudo -u x env A=1 nice -n 5 taskset -c 0,1 timeout -k 5 10s stdbuf -oL setsid nohup time -p make -j4") ==
          "make -j4");
    CHECK(within("nice nice nice make") == "make");
}

TEST_CASE("what starts nothing keeps its name") {
    for (const auto* const line :
         {"nice", "nice -n", "nice -n 5", "env", "env A=1", "env -S", "timeout", "timeout 10", "taskset 3", "taskset -p 700",
          "taskset -cp 0 700", "chrt -p 1", "chrt -m", "ionice -p 1", "numactl -H", "sudo -l", "sudo -v", "sudo -e file", "--"}) {
        CAPTURE(line);
        CHECK(within(line) == line);
    }
    CHECK(within("nice env A=1") == "env A=1");
    CHECK(wrapped_command(Words{}).empty());
}

TEST_CASE("no other program is looked through") {
    CHECK(within("make nice") == "make nice");
    CHECK(within("bash -c make") == "bash -c make");
    CHECK(within("nicer make") == "nicer make");
    CHECK(within("timeout.sh 10 make") == "timeout.sh 10 make");
}
