// PATH.partial: what is known about a run that has not ended, or never will.
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <sstream>

#include "exporters/json/result_reader.hpp"
#include "exporters/result/metrics.hpp"
#include "probes/system/clock.hpp"
#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/leftovers.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"
#include "tests/support/units.hpp"

namespace perfwrap::test {
namespace {

namespace fs = std::filesystem;
using Names = std::set<std::string>;

nlohmann::json read_result(const std::string& path) { return nlohmann::json::parse(read_file(path), nullptr, false); }

double metric_of(const nlohmann::json& result, const std::string& key) {
    return result.is_object() ? result.at("runs").at(0).at("metrics").value(key, 0.0) : 0.0;
}

double wall_seconds_of(const std::string& partial) { return metric_of(read_result(partial), "wall_seconds"); }

// A checkpoint of what was read after this call: the next one may already be under way.
void await_new_checkpoint(const std::string& partial) {
    for (int newer = 0; newer < 2; ++newer) {
        const double known = wall_seconds_of(partial);
        await("a newer checkpoint", [&] { return wall_seconds_of(partial) > known; });
    }
}

// What the process has used since its fork, including perfwrap's part before the exec.
double cpu_seconds_since_fork(pid_t pid) {
    clockid_t clock{};
    REQUIRE(::clock_getcpuclockid(pid, &clock) == 0);
    return static_cast<double>(clock_ns(clock)) / static_cast<double>(s);
}

// A perfwrap that is killed while it writes may leave a file that the next one removes.
Names without_hidden(Names names) {
    std::erase_if(names, [](const std::string& name) { return name.starts_with(".perfwrap-"); });
    return names;
}

void kill_after_first_checkpoint(const std::string& source) {
    const TemporaryFolder folder;
    Child child({.argv = perfwrap_words({"--source", source, "--checkpoint", "20ms", "-o", folder / "result.json"},
                                        workload_words({"hold", "100", "500"}))});
    std::istringstream said(child.read_line());
    pid_t command = 0;
    double cpu_seconds_of_main = 0;
    said >> command >> cpu_seconds_of_main;
    const auto partial = folder / "result.json.partial";
    await_new_checkpoint(partial);
    await("a timeline", [&] {
        const auto so_far = read_result(partial);
        return so_far.is_object() && so_far.at("runs").at(0).at("timeline").at("t_seconds").size() > 5;
    });
    REQUIRE(::kill(child.pid(), SIGKILL) == 0);
    await("perfwrap's end", [&] { return state_of(child.pid()) == 'Z'; });
    CHECK(is_running(command));
    CHECK(state_of(command) != 'T');
    CHECK(without_hidden(folder.names()) == Names{"result.json.partial"});
    const auto result = read_result(partial);
    const double cpu_seconds_at_most = cpu_seconds_since_fork(command);
    ::kill(command, SIGKILL);
    child.wait();

    REQUIRE(result.is_object());
    CHECK(result.at("complete") == false);
    CHECK(result.at("runs").at(0).at("exit") == nlohmann::json{{"code", nullptr}, {"signal", nullptr}, {"timed_out", false}});
    CHECK(metric_of(result, "cpu_seconds") >= cpu_seconds_of_main);
    CHECK(metric_of(result, "cpu_seconds") <= cpu_seconds_at_most);
    CHECK_THAT(metric_of(result, "rss_peak_bytes") / mib, Catch::WithinAbs(101, 1.5));
    const auto& rows = result.at("runs").at(0).at("processes").at("recorded");
    REQUIRE(rows.size() == 1);
    CHECK(rows.at(0).at("pid") == command);
    CHECK(rows.at(0).at("end_seconds").is_null());
    CHECK_THAT(rows.at(0).at("cpu_user_seconds").get<double>() + rows.at(0).at("cpu_system_seconds").get<double>(),
               Catch::WithinAbs(metric_of(result, "cpu_seconds"), 1e-6));
    for (const auto& info : metric_catalogue()) {
        const std::string key(info.key);
        CAPTURE(key);
        CHECK(result.at("runs").at(0).at("metrics").contains(key) != result.at("measurement").at("unavailable").contains(key));
    }
}

// For sh.
std::string until_there(const std::string& partial) { return until(fmt::format("[ -e '{}' ]", partial)); }

// Two checkpoints that are made after everything before this.
std::string until_newer(const std::string& partial) {
    const auto one =
        fmt::format("seen=$(stat -c %.Y '{0}'); {1}", partial, until(fmt::format("[ $(stat -c %.Y '{}') != $seen ]", partial)));
    return fmt::format("{}; {}; {}", until_there(partial), one, one);
}

// Waits for a checkpoint, then does more.
Words after_a_checkpoint(const std::string& partial, const std::string& then) {
    return {"sh", "-c", until_there(partial) + "; " + then};
}

mode_t mode_of(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

}  // namespace

TEST_CASE("if perfwrap is killed, the result so far is kept, and its numbers are right") {
    kill_after_first_checkpoint("procfs");
}

TEST_CASE("if perfwrap is killed in eBPF mode, the result so far is kept, and its numbers are right", "[privileged][alone]") {
    if (skipped(no_ebpf())) return;
    kill_after_first_checkpoint("ebpf");
}

TEST_CASE("the result so far states how long the command has been stopped") {
    const TemporaryFolder folder;
    Child child({.argv = perfwrap_words({"--source", "procfs", "--checkpoint", "20ms", "-o", folder / "result.json"},
                                        {"sh", "-c", "echo $$; kill -STOP $$"})});
    const pid_t command = std::stoi(child.read_line());
    await("a checkpoint of the stopped command", [&] {
        const auto so_far = read_result(folder / "result.json.partial");
        return so_far.is_object() && so_far.at("runs").at(0).at("stopped_seconds") > 0.1;
    });
    ::kill(command, SIGCONT);
    CHECK(child.wait().code() == 0);
}

TEST_CASE("the partial result is removed when the result is written, even one that an earlier run left") {
    const TemporaryFolder folder;
    const auto partial = folder / "result.json.partial";
    const auto ended = run({.argv = perfwrap_words({"--checkpoint", "5ms", "-o", folder / "result.json"},
                                                   after_a_checkpoint(partial, "cat '" + partial + "'"))});
    CHECK(ended.code() == 0);
    CHECK(ended.err.empty());
    const auto so_far = nlohmann::json::parse(ended.out);
    const auto result = read_result(folder / "result.json");
    CHECK(so_far.at("complete") == false);
    CHECK(result.at("complete") == true);
    CHECK(so_far.at("id") == result.at("id"));
    CHECK(perfwrap::read_result(ended.out));
    CHECK(folder.names() == Names{"result.json"});

    write_file(partial, ended.out);
    CHECK(run({.argv = perfwrap_words({"-o", folder / "result.json"}, {"true"})}).code() == 0);
    CHECK(folder.names() == Names{"result.json"});
}

TEST_CASE("a file that bears a partial result's name and is not perfwrap's stays, with a warning") {
    for (const std::string text : {"somebody else's", "{}", ""}) {
        CAPTURE(text);
        const TemporaryFolder folder;
        const auto partial = folder / "result.json.partial";
        write_file(partial, text);
        const auto words = perfwrap_words({"--checkpoint", "5ms", "-o", folder / "result.json"},
                                          {"sh", "-c", until_perfwrap_said("checkpoint not written", folder / "told")});
        CHECK(run({.argv = words, .before_exec = [&] { errors_to(folder / "told"); }}).code() == 0);
        CHECK_THAT(read_file(folder / "told"),
                   Catch::StartsWith(fmt::format("perfwrap: checkpoint not written: cannot write {}: what has that name is not "
                                                 "perfwrap's; move it away",
                                                 partial)));
        CHECK(folder.names() == Names{"result.json", "result.json.partial", "told"});
        CHECK(read_file(partial) == text);
    }
}

TEST_CASE("without checkpoints no partial result is written or removed") {
    const TemporaryFolder folder;
    write_file(folder / "result.json.partial", "old");
    CHECK(run({.argv = perfwrap_words({"--checkpoint", "off", "-o", folder / "result.json"}, {"sleep", "0.2"})}).code() == 0);
    CHECK(read_file(folder / "result.json.partial") == "old");
}

TEST_CASE("a partial result has the permissions of the result") {
    const TemporaryFolder folder;
    write_file(folder / "result.json", "secret");
    fs::permissions(folder / "result.json", fs::perms::owner_read | fs::perms::owner_write);
    const auto partial = folder / "result.json.partial";
    const auto ended = run({.argv = perfwrap_words({"--checkpoint", "5ms", "-o", folder / "result.json"},
                                                   after_a_checkpoint(partial, "stat -c %a '" + partial + "'"))});
    CHECK(ended.out == "600\n");
    CHECK(mode_of(folder / "result.json") == 0600);
}

TEST_CASE("if the result cannot be written, the partial one is kept") {
    const TemporaryFolder folder;
    const auto ended = run(
        {.argv = perfwrap_words({"--checkpoint", "5ms", "-o", folder / "result.json", "-o", folder / "result.prom"},
                                after_a_checkpoint(folder / "result.prom.partial", "mkdir '" + folder / "result.json" + "'"))});
    CHECK(ended.code() == 125);
    CHECK_THAT(ended.err, Catch::Contains(folder / "result.json"));
    CHECK(folder.names() == Names{"result.json", "result.json.partial", "result.prom"});
    CHECK(read_result(folder / "result.json.partial").at("complete") == false);
}

TEST_CASE("a checkpoint that cannot be written is reported once and does no harm") {
    const TemporaryFolder folder;
    fs::create_directory(folder / "result.json.partial");
    // The checkpoints of the second output show that more are written.
    const auto wait =
        until_perfwrap_said("checkpoint not written", folder / "told") + "; " + until_newer(folder / "result.prom.partial");
    const auto ended =
        run({.argv = perfwrap_words({"--checkpoint", "1ms", "-o", folder / "result.json", "-o", folder / "result.prom"},
                                    {"sh", "-c", wait}),
             .before_exec = [&] { errors_to(folder / "told"); }});
    CHECK(ended.code() == 0);
    const auto told = read_file(folder / "told");
    CHECK_THAT(told, Catch::StartsWith(
                         fmt::format("perfwrap: checkpoint not written: cannot write {}: ", folder / "result.json.partial")));
    CHECK(std::ranges::count(told, '\n') == 1);
    CHECK(read_result(folder / "result.json").at("complete") == true);
}

TEST_CASE("a pipe gets the result and no checkpoints") {
    const TemporaryFolder folder;
    const auto ended = run({.argv = perfwrap_words({"--checkpoint", "1ms", "-o", "-", "-o", folder / "result.prom"},
                                                   {"sh", "-c", until_newer(folder / "result.prom.partial")}),
                            .folder = folder.path()});
    CHECK(nlohmann::json::parse(ended.out).at("complete") == true);
    CHECK(folder.names() == Names{"result.prom"});
}

}  // namespace perfwrap::test
