// Whichever system call fails once, the contract holds: the exit code, outputs complete or unchanged, the failed one named.
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "tests/integration/support/folders.hpp"
#include "tests/integration/support/long_form.hpp"
#include "tests/integration/support/preconditions.hpp"
#include "tests/integration/support/run_perfwrap.hpp"

namespace perfwrap::test {
namespace {

namespace fs = std::filesystem;

struct Fault {
    std::string function;
    int error = 0;
};

void preload(const Fault& fault, int call, const std::string& fired) {
    ::setenv("LD_PRELOAD", PERFWRAP_FAILING_CALLS, 1);
    ::setenv("PERFWRAP_FAULT", fmt::format("{}:{}:{}", fault.function, call, fault.error).c_str(), 1);
    ::setenv("PERFWRAP_FAULT_PID", std::to_string(::getpid()).c_str(), 1);
    ::setenv("PERFWRAP_FAULT_FIRED", fired.c_str(), 1);
    ::setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);  // the preloaded library comes before the sanitizer's
}

const std::string old_text = "before";

bool is_whole(const std::string& path) {
    const auto text = read_file(path);
    if (path.ends_with(".prom"))
        return text.starts_with("# HELP") && text.ends_with('\n') && text.find("completed") < text.size();
    const auto json = nlohmann::json::parse(text, nullptr, false);
    return json.is_object() && json.value("complete", false);
}

bool is_as_before(const std::string& path, bool was_there) { return was_there ? read_file(path) == old_text : !fs::exists(path); }

void check_contract(const Ended& ended, const TemporaryFolder& folder, bool outputs_were_there) {
    CAPTURE(ended.err);
    const std::array<std::string, 2> names{"result.json", "result.prom"};
    const auto runs = read_file(folder / "ran");
    REQUIRE((runs.empty() || runs == "ran\n"));
    REQUIRE((ended.code() == 0 || ended.code() == 125));
    std::set<std::string> allowed{"fired"};
    if (!runs.empty()) allowed.insert("ran");
    if (runs.empty()) {
        CHECK(ended.code() == 125);
        CHECK_THAT(ended.err, Catch::Contains("perfwrap: "));
    }
    bool any_failed = false;
    for (const auto& name : names) {
        CAPTURE(name);
        const auto complaint = fmt::format("perfwrap: cannot write {}", folder / name);
        const bool named = ended.err.find(complaint + ":") != std::string::npos;
        any_failed = any_failed || named;
        if (runs.empty() || named)
            CHECK(is_as_before(folder / name, outputs_were_there));
        else
            CHECK(is_whole(folder / name));
        if (fs::exists(folder / name)) allowed.insert(name);
        if (named && fs::exists(folder / (name + ".partial"))) allowed.insert(name + ".partial");
    }
    if (!runs.empty()) CHECK(any_failed == (ended.code() == 125));
    for (const auto& name : folder.names()) {
        CAPTURE(name);
        CHECK(allowed.contains(name));
    }
}

// Lets the first call fail, then the second and so on, until there are fewer calls. Returns how often the function failed.
int fail_each_call(const Fault& fault, const Words& options, bool outputs_are_there, const std::string& script = "sleep 0.02") {
    constexpr int most_calls = 400;
    for (int call = 1; call <= most_calls; ++call) {
        const TemporaryFolder folder;
        if (outputs_are_there)
            for (const auto* name : {"result.json", "result.prom"}) write_file(folder / name, old_text);
        Words all = options;
        all.insert(all.end(), {"-o", folder / "result.json", "-o", folder / "result.prom"});
        CAPTURE(fault.function, fault.error, call, options, outputs_are_there);
        const auto ended = run({.argv = perfwrap_words(all, {"sh", "-c", "echo ran >> ran; " + script}),
                                .folder = folder.path(),
                                .before_exec = [&] { preload(fault, call, folder / "fired"); }});
        check_contract(ended, folder, outputs_are_there);
        if (!fs::exists(folder / "fired")) return call - 1;
    }
    FAIL(fault.function << " is called more than " << most_calls << " times");
    return most_calls;
}

void fail_every_call(const Words& options) {
    const std::array faults{Fault{"write", ENOSPC},  Fault{"write", EIO},    Fault{"fsync", EIO},  Fault{"linkat", ENOSPC},
                            Fault{"rename", EIO},    Fault{"fchown", EPERM}, Fault{"fchmod", EIO}, Fault{"unlink", EIO},
                            Fault{"ftruncate", EIO}, Fault{"close", EIO},    Fault{"open", EIO},   Fault{"open", EMFILE}};
    int failed = 0;
    for (const auto& fault : faults)
        for (const bool outputs_are_there : {false, true}) {
            const bool often_called = fault.function == "open" || fault.function == "close";
            if ((sanitized || (often_called && !long_form())) && !outputs_are_there) continue;  // only the longer way
            const int times = fail_each_call(fault, options, outputs_are_there);
            fmt::print("{:<10} {:<28} {:>4} calls failed{}\n", fault.function, std::strerror(fault.error), times,
                       outputs_are_there ? ", replacing files" : "");
            failed += times;
        }
    CHECK(failed > 50);
}

}  // namespace

TEST_CASE("each system call that fails costs at most the output that it was for", "[long]") {
    fail_every_call({"--source", "procfs", "--interval", "1s", "--checkpoint", "off"});
}

TEST_CASE("in eBPF mode each system call that fails costs at most the output that it was for", "[privileged][long]") {
    if (skipped(no_ebpf())) return;
    fail_every_call({"--checkpoint", "off"});
}

TEST_CASE("a system call that fails for a checkpoint costs at most the checkpoint") {
    for (const auto& fault : {Fault{"write", ENOSPC}, Fault{"fsync", EIO}, Fault{"linkat", ENOSPC}, Fault{"rename", EIO}})
        fail_each_call(fault, {"--source", "procfs", "--interval", "1s", "--checkpoint", "5ms"}, true,
                       until("[ -e result.prom.partial ]"));
}

}  // namespace perfwrap::test
