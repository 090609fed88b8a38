#include "profiler/plan/doctor.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

#include "exporters/result/metrics.hpp"
#include "tests/support/host_examples.hpp"

using namespace perfwrap;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

TEST_CASE("The doctor's screen on a host where everything works") {
    auto facts = privileged_host();
    facts.kernel = "6.18.0";
    facts.memcg_events = true;
    CHECK(doctor_text(facts) == R"screen(box: Linux 6.18.0, 2 CPUs, 8.0 GiB of memory

eBPF      yes, and used by default
procfs    yes, with --source procfs
cgroup    yes (v2), with --cgroup

exact
  wall_seconds cpu_seconds cpu_cores_average minor_faults major_faults
  voluntary_context_switches involuntary_context_switches run_queue_wait_seconds
  syscall_read_bytes syscall_written_bytes storage_read_bytes
  storage_written_bytes processes_started processes_peak threads_started
  threads_peak oom_kills

exact: at most a batch of pages per CPU too high where threads fault together
  rss_peak_bytes

bounded by clock ticks: the kernel divides cpu_seconds by what its ticks saw
  cpu_user_seconds cpu_system_seconds

bounded to 768 KiB per process: the kernel counts pages in batches on each CPU
  rss_average_bytes largest_process_rss_peak_bytes

bounded to 256 KiB per process: the kernel counts pages in batches on each CPU
  rss_anon_peak_bytes rss_file_peak_bytes rss_shmem_peak_bytes swap_peak_bytes

sampled: the resident size times a ratio that is looked at seldom; at most 0.5 %
of a core
  pss_peak_bytes pss_average_bytes

bounded to 512 KiB, with --cgroup: the kernel charges ahead
  cgroup_memory_peak_bytes

sampled, with --cgroup: the kernel's own figure for the command's cgroup; misses
what comes and goes between samples; exact with --exact-memory
  anon_peak_bytes anon_average_bytes file_mapped_peak_bytes shmem_peak_bytes
)screen");
}

TEST_CASE("The doctor's screen for an ordinary user") {
    CHECK(doctor_text(ordinary_host()) == R"screen(box: Linux 6.1.0, 2 CPUs, 8.0 GiB of memory

eBPF      no: perfwrap runs neither as root nor with CAP_BPF and CAP_PERFMON
procfs    yes, and used
cgroup    no: /sys/fs/cgroup/perfwrap: Permission denied

exact
  wall_seconds

bounded by processes that are never waited for: never too high; as wait4 reports
it for a process that is waited for, which lacks the last moments of each
thread, and up to its last sample for one whose parent ignores SIGCHLD
  cpu_seconds cpu_cores_average minor_faults major_faults
  voluntary_context_switches involuntary_context_switches syscall_read_bytes
  syscall_written_bytes storage_read_bytes storage_written_bytes

bounded by clock ticks: the kernel divides cpu_seconds by what its ticks saw
  cpu_user_seconds cpu_system_seconds

sampled: misses what comes and goes between samples; at most 4 % of a core
  rss_peak_bytes rss_average_bytes rss_anon_peak_bytes rss_file_peak_bytes
  rss_shmem_peak_bytes largest_process_rss_peak_bytes swap_peak_bytes
  processes_peak threads_peak

sampled: the resident size times a ratio that is looked at seldom; at most 0.5 %
of a core
  pss_peak_bytes pss_average_bytes

not measured without a memory cgroup of its own
  anon_peak_bytes anon_average_bytes file_mapped_peak_bytes shmem_peak_bytes
  cgroup_memory_peak_bytes

not measured without eBPF
  run_queue_wait_seconds processes_started threads_started oom_kills

To unlock more:
eBPF      sudo setcap cap_bpf,cap_perfmon+ep "$(command -v perfwrap)"
cgroup    systemd-run --user --scope -p Delegate=yes perfwrap --cgroup COMMAND
)screen");
}

TEST_CASE("An older kernel is named where it is what a metric lacks") {
    auto facts = privileged_host();
    facts.memcg_events = false;
    facts.cgroup_peak = false;
    CHECK_THAT(doctor_text(facts), Contains("not measured without Linux 5.19\n  cgroup_memory_peak_bytes"));
    CHECK_THAT(doctor_text(facts), !Contains("exact with --exact-memory"));
}

TEST_CASE("The doctor fits on a screen and names every metric once") {
    for (const auto& facts : {privileged_host(), ordinary_host()}) {
        std::istringstream text(doctor_text(facts));
        int lines = 0;
        std::map<std::string, int> seen;
        for (std::string line; std::getline(text, line); ++lines) {
            CAPTURE(line);
            CHECK(line.size() <= 80);
            std::istringstream words(line);
            if (line.starts_with("  "))
                for (std::string word; words >> word;) ++seen[word];
        }
        CHECK(lines <= 40);
        for (const auto& info : metric_catalogue()) {
            CAPTURE(info.key);
            CHECK(seen[std::string{info.key}] == 1);
        }
    }
}

TEST_CASE("The doctor's JSON has every metric with its source and accuracy or its reason") {
    const auto document = nlohmann::json::parse(doctor_json(ordinary_host()));
    CHECK(document["schema"] == "perfwrap-doctor/1");
    CHECK(document["host"]["kernel"] == "6.1.0");
    CHECK(document["mode"] == "procfs");
    CHECK(document["metrics"].size() == metric_count);
    CHECK(document["metrics"]["wall_seconds"] ==
          nlohmann::json{{"measured", true}, {"source", "clock"}, {"accuracy", "exact"}, {"note", ""}});
    for (const auto& [key, metric] : document["metrics"].items()) {
        CAPTURE(key);
        CHECK(metric["measured"].get<bool>() == !metric.contains("reason"));
    }
    CHECK(document["modes"]["ebpf"]["available"] == false);
    CHECK_THAT(document["modes"]["ebpf"]["reason"].get<std::string>(), Contains("CAP_BPF"));
    CHECK(document["modes"]["procfs"] == nlohmann::json{{"available", true}, {"reason", nullptr}});
    CHECK(document["remedies"].size() == 2);
}

TEST_CASE("The doctor's JSON says which remedy unlocks what") {
    auto facts = ordinary_host();
    auto document = nlohmann::json::parse(doctor_json(facts));
    CHECK(document["remedy_for"] ==
          nlohmann::json{{"ebpf", "sudo setcap cap_bpf,cap_perfmon+ep \"$(command -v perfwrap)\""},
                         {"cgroup", "systemd-run --user --scope -p Delegate=yes perfwrap --cgroup COMMAND"}});
    facts.proc_mounted = false;  // one remedy for two
    document = nlohmann::json::parse(doctor_json(facts));
    CHECK(document["remedy_for"]["ebpf"] == "mount -t proc proc /proc");
    CHECK(document["remedy_for"]["procfs"] == "mount -t proc proc /proc");
    CHECK(document["remedies"].size() == 2);
    CHECK(nlohmann::json::parse(doctor_json(privileged_host()))["remedy_for"] == nlohmann::json::object());
}

TEST_CASE("Where everything works the doctor's JSON has no remedies") {
    const auto document = nlohmann::json::parse(doctor_json(privileged_host()));
    CHECK(document["mode"] == "ebpf");
    CHECK(document["modes"]["ebpf"]["reason"].is_null());
    CHECK(document["remedies"].empty());
    CHECK(document["remedies"].is_array());
}

TEST_CASE("A host where nothing can be measured is told so") {
    auto facts = ordinary_host();
    facts.proc_mounted = false;
    CHECK_THAT(doctor_text(facts), Contains("procfs    no: /proc is not mounted\n") && Contains("Nothing can be measured here."));
    const auto document = nlohmann::json::parse(doctor_json(facts));
    CHECK(document["mode"].is_null());
    CHECK(document["metrics"].empty());
}

TEST_CASE("A hostname cannot touch the terminal") {
    auto facts = ordinary_host();
    facts.hostname = "b\033[2J";
    CHECK_THAT(doctor_text(facts), StartsWith("b\\x1b[2J: Linux"));
}

TEST_CASE("A hostname that is not UTF-8 leaves the doctor's JSON valid") {
    auto facts = ordinary_host();
    facts.hostname = "b\xffx";
    CHECK(nlohmann::json::parse(doctor_json(facts))["host"]["hostname"] == "b\xef\xbf\xbdx");
}
