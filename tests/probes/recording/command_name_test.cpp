#include "probes/recording/command_name.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace perfwrap;

namespace {

std::string name_of(const std::vector<std::string>& command) { return default_benchmark_name(command); }

std::string program_of(const std::vector<std::string>& command) { return program_name(command); }

}  // namespace

TEST_CASE("A benchmark is named after its program") {
    CHECK(name_of({"./build/bench", "--size", "10"}) == "bench");
    CHECK(name_of({"make", "-j4"}) == "make");
    CHECK(name_of({"/opt/tool/"}) == "tool");
}

TEST_CASE("A script is named, not its interpreter") {
    CHECK(name_of({"python", "bench.py", "-m", "x"}) == "bench.py");
    CHECK(name_of({"/usr/bin/python3.11", "-u", "src/bench.py"}) == "bench.py");
    CHECK(name_of({"python3", "-X", "dev", "-W", "error", "-OO", "bench.py"}) == "bench.py");
    CHECK(name_of({"python3", "-Werror", "bench.py"}) == "bench.py");
    CHECK(name_of({"python3", "--check-hash-based-pycs", "always", "bench.py"}) == "bench.py");
    CHECK(name_of({"python3", "--", "-odd.py"}) == "-odd.py");
    CHECK(name_of({"bash", "x.sh"}) == "x.sh");
    CHECK(name_of({"bash", "-eu", "-o", "pipefail", "ci/x.sh"}) == "x.sh");
    CHECK(name_of({"sh", "-euo", "pipefail", "x.sh"}) == "x.sh");
    CHECK(name_of({"perl", "-w", "t.pl"}) == "t.pl");
}

TEST_CASE("A Python module is named in full") {
    CHECK(name_of({"python", "-m", "pkg.mod", "arg"}) == "pkg.mod");
    CHECK(name_of({"python", "-um", "pkg.mod"}) == "pkg.mod");
    CHECK(name_of({"python", "-mpkg.mod"}) == "pkg.mod");
}

TEST_CASE("Without a script the name is that of the interpreter") {
    CHECK(name_of({"python3", "-c", "print(1)", "x.py"}) == "python3");
    CHECK(name_of({"bash", "-lc", "sleep 1"}) == "bash");
    CHECK(name_of({"python3"}) == "python3");
    CHECK(name_of({"python3", "-"}) == "python3");
    CHECK(name_of({"python3", "-m"}) == "python3");
    CHECK(name_of({"python3", "--"}) == "python3");
}

TEST_CASE("What only starts the program does not give the name") {
    CHECK(name_of({"env", "OMP_NUM_THREADS=4", "nice", "-n", "5", "python3", "-u", "src/bench.py", "x"}) == "bench.py");
    CHECK(name_of({"/usr/bin/timeout", "-k", "5", "10s", "python", "-m", "pkg.mod"}) == "pkg.mod");
    CHECK(name_of({"taskset", "-c", "0,1", "./build/bench", "--size", "10"}) == "bench");
    CHECK(name_of({"nohup", "bash", "-eu", "ci/x.sh"}) == "x.sh");
    CHECK(name_of({"nice"}) == "nice");
    CHECK(name_of({"nice", ""}) == "(unknown)");
}

TEST_CASE("A program whose name merely begins like that of an interpreter is not an interpreter") {
    CHECK(name_of({"python-config", "x.py"}) == "python-config");
    CHECK(name_of({"shellcheck", "x.sh"}) == "shellcheck");
}

TEST_CASE("A program name does not contain arguments") {
    CHECK(program_of({"/usr/bin/psql", "--password=secret"}) == "psql");
    CHECK(program_of({"postgres: alice /secret idle"}) == "postgres");
    CHECK(program_of({}) == "(unknown)");
    CHECK(program_of({""}) == "(unknown)");
    CHECK(program_of({"/"}) == "/");
}
