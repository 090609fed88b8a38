#include "tests/integration/support/terminal.hpp"

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

int occurrences(std::string_view text, std::string_view of) {
    int count = 0;
    for (auto at = text.find(of); at != std::string_view::npos; at = text.find(of, at + 1)) ++count;
    return count;
}

nlohmann::json ending_in(const std::string& path) { return nlohmann::json::parse(read_file(path)).at("runs").at(0).at("exit"); }

// An interactive bash, with job control.
struct Shell {
    Terminal terminal{{"env", "PS1=", "TERM=dumb", "bash", "--norc", "--noprofile", "--noediting", "-i"}};

    void run(const std::string& line) const { terminal.type(line + "\n"); }
    // The process group that receives the signals of the terminal's keys.
    pid_t foreground_group() const { return terminal.foreground_group(); }
};

void start_inner_shell(Shell& shell) {
    shell.run(fmt::format("'{}' -q -- bash --norc --noprofile -i", perfwrap_path()));
    shell.run("PS1='inner> '; echo inner $((1 + 2))");
    shell.terminal.wait_for("inner 3");
}

}  // namespace

TEST_CASE("the command has the terminal as it would have it without perfwrap") {
    const auto command = workload_words({"show-launch"});
    const auto bare = Terminal(command).wait_for_end();
    CHECK_THAT(bare, Catch::Contains("terminal 1"));
    CHECK(Terminal(perfwrap_words({}, command)).wait_for_end() == bare);
}

TEST_CASE("Ctrl-C and Ctrl-\\ reach the command once, although the terminal sends them to perfwrap too") {
    for (const std::string source : {"auto", "procfs"}) {
        for (const auto& [key, name] : {std::pair{"\x03", "INT"}, std::pair{"\x1c", "QUIT"}}) {
            CAPTURE(source, name);
            Terminal terminal(perfwrap_words({"--source", source}, workload_words({"count-signals"})));
            terminal.wait_for("ready");
            terminal.type(key);
            CHECK_THAT(terminal.wait_for_end(), Catch::Contains(std::string(name) + " 1\r\n"));
        }
    }
}

TEST_CASE("a command that Ctrl-C kills ends perfwrap with 130, and the result is written") {
    const TemporaryFolder folder;
    Terminal terminal(perfwrap_words({"-o", folder / "result.json"}, {"sh", "-c", "echo ready; exec sleep 60"}));
    terminal.wait_for("ready");
    terminal.type("\x03");
    terminal.wait_for_end();
    CHECK(ending_in(folder / "result.json").at("signal") == "SIGINT");
}

TEST_CASE("a new size of the window reaches the command once") {
    Terminal terminal(perfwrap_words({}, workload_words({"count-signals"})));
    terminal.wait_for("ready");
    terminal.resize(33, 77);
    CHECK_THAT(terminal.wait_for_end(), Catch::Contains("WINCH 1\r\n"));
}

TEST_CASE("the command reads what is typed, and the end of file") {
    Terminal terminal(perfwrap_words({}, {"sh", "-c", "stty -echo; echo ready; tac; stty size"}));
    terminal.wait_for("ready");
    terminal.resize(33, 77);
    terminal.type("first\nsecond\n\x04");
    CHECK_THAT(terminal.wait_for_end(), Catch::Contains("second\r\nfirst\r\n33 77\r\n"));
}

TEST_CASE("when the terminal hangs up, the command gets SIGHUP and the result is written") {
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        const TemporaryFolder folder;
        // With a summary, which cannot be written any more.
        Terminal terminal(
            {perfwrap_path(), "--source", source, "-o", folder / "result.json", "--", "sh", "-c", "echo ready; exec sleep 60"});
        terminal.wait_for("ready");
        const int status = terminal.hang_up();
        CHECK(ending_in(folder / "result.json").at("signal") == "SIGHUP");
        CHECK((WIFEXITED(status) && WEXITSTATUS(status) == 128 + SIGHUP));
    }
}

TEST_CASE("when the terminal hangs up, a command in a group of its own gets SIGHUP from perfwrap, the session leader") {
    const TemporaryFolder folder;
    Terminal terminal(perfwrap_words({"-o", folder / "result.json"}, workload_words({"own-group", "sleep", "60000"})));
    terminal.wait_for("ready");
    terminal.hang_up();
    CHECK(ending_in(folder / "result.json").at("signal") == "SIGHUP");
}

TEST_CASE("Ctrl-Z stops the whole job, which continues when it is resumed") {
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        auto job = workload_words({"job-control"});
        for (const auto& word : perfwrap_words({"--source", source}, workload_words({"count-signals"}))) job.push_back(word);
        Terminal terminal(job);
        terminal.wait_for("ready");
        terminal.type("\x1a");
        const auto screen = terminal.wait_for_end();
        CHECK(occurrences(screen, "stopped") == 1);
        CHECK_THAT(screen, Catch::Contains("CONT 1\r\n") && Catch::Contains("ended 0"));
    }
}

TEST_CASE("a command that ignores Ctrl-Z continues, and so does perfwrap") {
    auto job = workload_words({"job-control"});
    for (const auto& word : perfwrap_words({}, {"sh", "-c", "trap '' TSTP; echo ready; read x; echo \"got $x\""}))
        job.push_back(word);
    Terminal terminal(job);
    terminal.wait_for("ready");
    terminal.type("\x1a");
    terminal.type("more\n");
    const auto screen = terminal.wait_for_end();
    CHECK_THAT(screen, Catch::Contains("got more") && Catch::Contains("ended 0") && !Catch::Contains("stopped"));
}

TEST_CASE("under a shell with job control the command is stopped, listed, resumed and ended like any other") {
    for (const std::string source : {"auto", "procfs"}) {
        CAPTURE(source);
        const TemporaryFolder folder;
        Shell shell;
        shell.run(fmt::format("'{}' -q --source {} -o {} -- '{}' print-signals", perfwrap_path(), source, folder / "result.json",
                              workload_path()));
        shell.terminal.wait_for("ready");
        shell.terminal.resize(40, 100);
        shell.terminal.wait_for("WINCH\r\n");
        // It blocks SIGTSTP and so continues; SIGSTOP cannot be blocked.
        shell.terminal.type("\x1a");
        shell.terminal.wait_for("TSTP\r\n");
        shell.terminal.type("\x03");
        shell.terminal.wait_for("INT\r\n");
        shell.terminal.type("\x1c");
        shell.terminal.wait_for("QUIT\r\n");
        ::kill(-shell.foreground_group(), SIGSTOP);
        shell.terminal.wait_for("Stopped");
        shell.run("jobs; echo listed $((1 + 1))");
        shell.terminal.wait_for("listed 2");
        shell.run("fg");
        shell.terminal.wait_for("CONT\r\n");
        ::kill(-shell.foreground_group(), SIGTERM);
        shell.terminal.wait_for("TERM\r\n");
        shell.run("echo ended $?");
        shell.terminal.wait_for("ended 0");
        const auto result = nlohmann::json::parse(read_file(folder / "result.json"));
        CHECK(result.at("runs").at(0).at("stopped_seconds") > 0);
        CHECK(result.at("measurement").at("lost_events") == 0);
    }
}

TEST_CASE("Ctrl-Z, bg and fg work for a command with the default signal actions") {
    Shell shell;
    shell.run(fmt::format("'{}' -q -- sh -c 'echo re\"\"ady; read x; echo \"got $x\"; exit 9'", perfwrap_path()));
    shell.terminal.wait_for("ready\r\n");
    shell.terminal.type("\x1a");
    shell.terminal.wait_for("Stopped");
    shell.run("bg; echo in the $((0))background");
    shell.terminal.wait_for("in the 0background");
    shell.run("while jobs | grep Running; do sleep 0.1; done; jobs");
    shell.terminal.wait_for("Stopped");  // it tries to read in the background: SIGTTIN
    shell.run("fg");
    shell.terminal.wait_for("echo");  // fg prints what it resumes
    shell.terminal.wait_for("\n");
    shell.run("a line");
    shell.terminal.wait_for("got a line");
    shell.run("echo ended $?");
    shell.terminal.wait_for("ended 9");
}

TEST_CASE("a shell with job control as the command has its own jobs, and gives the terminal back") {
    Shell shell;
    start_inner_shell(shell);
    shell.run("sleep 60");
    await("the job in the foreground",
          [&] { return read_file(fmt::format("/proc/{}/comm", shell.foreground_group())) == "sleep\n"; });
    shell.terminal.type("\x1a");
    shell.terminal.wait_for("Stopped");
    shell.run("kill -KILL %1; disown -a; echo inner $((2 + 2))");
    shell.terminal.wait_for("inner 4");
    shell.run("exit 12");
    shell.run("echo outer $?");
    shell.terminal.wait_for("outer 12");
    shell.run("cat");
    shell.run("reads again");
    shell.terminal.wait_for("reads again\r\nreads again\r\n");
}

TEST_CASE("a shell that has taken the terminal and suspends itself gives it back to the shell outside") {
    Shell shell;
    start_inner_shell(shell);
    shell.run("suspend -f");
    shell.terminal.wait_for("Stopped");
    shell.run("echo outer $((2 + 2))");
    shell.terminal.wait_for("outer 4");
    shell.run("fg");
    shell.run("echo inner $((3 + 2))");
    shell.terminal.wait_for("inner 5");
    shell.run("exit 12");
    shell.run("echo outer $?");
    shell.terminal.wait_for("outer 12");
}

}  // namespace perfwrap::test
