#include "profiler/plan/plan.hpp"

#include <catch2/catch.hpp>

#include "exporters/text/accuracy_text.hpp"
#include "tests/support/host_examples.hpp"

using namespace perfwrap;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;

namespace {

constexpr std::array metrics_of_memory{Metric::rss_peak_bytes,      Metric::rss_average_bytes,    Metric::rss_anon_peak_bytes,
                                       Metric::rss_file_peak_bytes, Metric::rss_shmem_peak_bytes, Metric::swap_peak_bytes};
constexpr std::array metrics_of_io{Metric::syscall_read_bytes, Metric::syscall_written_bytes, Metric::storage_read_bytes,
                                   Metric::storage_written_bytes};

Plan planned(const HostFacts& facts, const PlanOptions& options = {}) {
    auto plan = make_plan(facts, options);
    REQUIRE(plan.has_value());
    return *plan;
}

std::string refused(const HostFacts& facts, const PlanOptions& options) {
    const auto plan = make_plan(facts, options);
    REQUIRE_FALSE(plan.has_value());
    return plan.error();
}

}  // namespace

TEST_CASE("Every metric is either measured or has a reason, on every host and with every option") {
    for (const bool ebpf : {true, false})
        for (const bool procfs_files : {true, false})
            for (const bool cgroup : {true, false})
                for (const auto source : {SourceChoice::automatic, SourceChoice::procfs}) {
                    auto facts = ebpf ? privileged_host() : ordinary_host();
                    facts.proc_io = facts.smaps_rollup = procfs_files;
                    if (cgroup) facts.cgroup_refusal.reset();
                    const auto plan = planned(facts, {.source = source, .cgroup = cgroup, .interval = {}});
                    for (const auto& info : metric_catalogue()) {
                        CAPTURE(info.key, ebpf, procfs_files, cgroup);
                        CHECK(plan[info.metric].measured == plan[info.metric].absence.reason.empty());
                    }
                }
}

TEST_CASE("With privileges eBPF counts exactly") {
    const auto plan = planned(privileged_host());
    CHECK(plan.mode == Mode::ebpf);
    CHECK_FALSE(plan.fallback_reason);
    for (const auto metric : {Metric::cpu_seconds, Metric::minor_faults, Metric::run_queue_wait_seconds,
                              Metric::syscall_read_bytes, Metric::processes_started, Metric::threads_peak, Metric::oom_kills}) {
        CAPTURE(metric_info(metric).key);
        CHECK(plan[metric].measured);
        CHECK(plan[metric].source == Source::ebpf);
        CHECK(plan[metric].accuracy.kind == AccuracyKind::exact);
    }
}

TEST_CASE("procfs samples memory, and says so") {
    const auto plan = planned(ordinary_host());
    for (const auto metric : metrics_of_memory) {
        CAPTURE(metric_info(metric).key);
        CHECK(plan[metric].measured);
        CHECK(plan[metric].accuracy.kind == AccuracyKind::sampled);
    }
}

TEST_CASE("eBPF follows memory: the tree's peak exactly, the rest within the kernel's counter batches") {
    auto host = privileged_host();
    host.cpus = 2;
    const auto plan = planned(host);
    CHECK(accuracy_text(plan[Metric::rss_peak_bytes].accuracy) == "exact");
    CHECK(accuracy_text(plan[Metric::rss_average_bytes].accuracy) == "bounded to 768 KiB per process");
    CHECK(accuracy_text(plan[Metric::rss_anon_peak_bytes].accuracy) == "bounded to 256 KiB per process");
    host.cpus = 64;
    CHECK(accuracy_text(planned(host)[Metric::rss_anon_peak_bytes].accuracy) == "bounded to 8 MiB per process");
}

TEST_CASE("Where the kernel learns late of page faults, no figure of resident memory is called exact") {
    HostFacts facts = privileged_host();
    facts.faults_told_late = true;
    for (const bool exact_memory : {false, true}) {
        const auto plan = make_plan(facts, {.exact_memory = exact_memory, .interval = {}}).value();
        for (const auto metric :
             {Metric::rss_peak_bytes, Metric::rss_average_bytes, Metric::rss_anon_peak_bytes, Metric::rss_file_peak_bytes,
              Metric::rss_shmem_peak_bytes, Metric::largest_process_rss_peak_bytes, Metric::swap_peak_bytes}) {
            CAPTURE(exact_memory, metric_info(metric).key);
            CHECK(accuracy_text(plan[metric].accuracy) == "bounded to 66 page faults per thread");
            CHECK_THAT(plan[metric].note, Contains("Linux 6.2"));
        }
        CHECK(accuracy_text(plan[Metric::minor_faults].accuracy) == "exact");
    }
    const auto procfs = make_plan(facts, {.source = SourceChoice::procfs, .interval = {}}).value();
    CHECK(accuracy_text(procfs[Metric::rss_peak_bytes].accuracy) == "sampled");
}

TEST_CASE("With --exact-memory nothing is passed over, and physical memory is followed where the kernel reports it") {
    auto host = privileged_host();
    host.memcg_events = true;
    const auto plan = make_plan(host, {.exact_memory = true, .interval = {}});
    REQUIRE(plan);
    CHECK(plan->own_cgroup);
    CHECK(plan->every_memory_event);
    CHECK(plan->physical_memory);
    CHECK(accuracy_text((*plan)[Metric::rss_average_bytes].accuracy) == "exact");
    CHECK(accuracy_text((*plan)[Metric::anon_peak_bytes].accuracy) == "exact");
    CHECK((*plan)[Metric::anon_peak_bytes].source == Source::ebpf);

    host.memcg_events = false;
    const auto older = make_plan(host, {.exact_memory = true, .interval = {}});
    REQUIRE(older);
    CHECK_FALSE(older->physical_memory);
    CHECK(accuracy_text((*older)[Metric::anon_peak_bytes].accuracy) == "sampled");
    CHECK((*older)[Metric::anon_peak_bytes].source == Source::cgroup);
}

TEST_CASE("With --cgroup physical memory is sampled, whatever the kernel and the source") {
    auto older = privileged_host();
    older.cgroup_peak = false;
    for (const auto source : {SourceChoice::automatic, SourceChoice::procfs}) {
        const auto plan = planned(older, {.source = source, .cgroup = true, .interval = {}});
        CHECK_FALSE(plan.physical_memory);
        for (const auto metric :
             {Metric::anon_peak_bytes, Metric::anon_average_bytes, Metric::file_mapped_peak_bytes, Metric::shmem_peak_bytes}) {
            CHECK(accuracy_text(plan[metric].accuracy) == "sampled");
            CHECK(plan[metric].source == Source::cgroup);
        }
        CHECK_THAT(plan[Metric::cgroup_memory_peak_bytes].absence.reason, Contains("Linux 5.19"));
    }
}

TEST_CASE("Without eBPF --exact-memory is refused, since nothing of it could be measured") {
    const auto by_choice = make_plan(privileged_host(), {.source = SourceChoice::procfs, .exact_memory = true, .interval = {}});
    REQUIRE_FALSE(by_choice);
    CHECK(by_choice.error() == "--exact-memory cannot work here: only eBPF can count this: leave out --source procfs");
    const auto by_lack = make_plan(ordinary_host(), {.exact_memory = true, .interval = {}});
    REQUIRE_FALSE(by_lack);
    CHECK_THAT(by_lack.error(), StartsWith("--exact-memory cannot work here: ") && Contains("CAP_BPF"));
}

TEST_CASE("Physical memory needs a cgroup, which is not missed unless it was asked for") {
    const auto anon = [](const HostFacts& facts) { return planned(facts)[Metric::anon_peak_bytes].absence; };
    CHECK(anon(privileged_host()).reason == "not asked for: --cgroup");
    CHECK(anon(privileged_host()).lacking == "--cgroup");
    CHECK_FALSE(anon(privileged_host()).asked_for);
    auto host = privileged_host();
    host.cgroup_refusal = "no right";
    CHECK_THAT(anon(host).reason, Contains("no right"));
    CHECK(anon(ordinary_host()).lacking == "a memory cgroup of its own");
    CHECK_FALSE(anon(ordinary_host()).asked_for);
    CHECK_FALSE(planned(ordinary_host())[Metric::oom_kills].absence.asked_for);
    CHECK(planned(ordinary_host(), {.source = SourceChoice::procfs})[Metric::oom_kills].absence.asked_for);
}

TEST_CASE("Without privileges procfs takes over, says why, and names the one command that unlocks the rest") {
    const auto plan = planned(ordinary_host());
    CHECK(plan.mode == Mode::procfs);
    REQUIRE(plan.fallback_reason);
    CHECK_THAT(*plan.fallback_reason, Contains("CAP_BPF"));
    for (const auto metric :
         {Metric::run_queue_wait_seconds, Metric::processes_started, Metric::threads_started, Metric::oom_kills}) {
        CAPTURE(metric_info(metric).key);
        CHECK_FALSE(plan[metric].measured);
        CHECK_THAT(plan[metric].absence.reason, Contains("sudo setcap cap_bpf,cap_perfmon+ep \"$(command -v perfwrap)\""));
    }
}

TEST_CASE("procfs does not call its CPU time exact: a process that nobody waits for is seen to its last sample") {
    const auto plan = planned(ordinary_host());
    for (const auto metric :
         {Metric::cpu_seconds, Metric::major_faults, Metric::voluntary_context_switches, Metric::storage_written_bytes}) {
        CAPTURE(metric_info(metric).key);
        CHECK(plan[metric].accuracy.kind == AccuracyKind::bounded);
        CHECK_THAT(plan[metric].note, Contains("SIGCHLD"));
    }
    CHECK(plan[Metric::wall_seconds].accuracy.kind == AccuracyKind::exact);
    CHECK(plan[Metric::processes_peak].accuracy.kind == AccuracyKind::sampled);
}

TEST_CASE("The user and system parts are bounded in both modes, since the kernel divides them by clock ticks") {
    for (const auto& plan : {planned(privileged_host()), planned(ordinary_host())}) {
        CHECK(plan[Metric::cpu_user_seconds].accuracy.kind == AccuracyKind::bounded);
        CHECK(plan[Metric::cpu_system_seconds].accuracy.kind == AccuracyKind::bounded);
    }
}

TEST_CASE("A source named by the user that cannot work is an error that says why and what to do") {
    auto facts = ordinary_host();
    const PlanOptions ebpf{.source = SourceChoice::ebpf, .cgroup = false, .interval = {}};
    CHECK_THAT(refused(facts, ebpf),
               StartsWith("--source ebpf cannot work here") && Contains("sudo setcap cap_bpf,cap_perfmon+ep"));

    facts.root = true;
    CHECK_THAT(refused(facts, ebpf), Contains("--cap-add BPF"));

    facts = privileged_host();
    facts.kernel_btf = false;
    CHECK_THAT(refused(facts, ebpf), Contains("/sys/kernel/btf/vmlinux") && Contains("CONFIG_DEBUG_INFO_BTF=y"));

    facts = privileged_host();
    facts.bpf_refusal = "bpf(BPF_PROG_LOAD): Operation not permitted";
    CHECK_THAT(refused(facts, ebpf), Contains("Operation not permitted"));

    facts = ordinary_host();
    facts.proc_mounted = false;
    CHECK_THAT(refused(facts, {.source = SourceChoice::procfs, .cgroup = false, .interval = {}}),
               Contains("mount -t proc proc /proc"));
    CHECK_THAT(refused(facts, {}), Contains("/proc is not mounted") && !Contains("CAP_BPF"));
}

TEST_CASE("Planned again after the kernel refused the programs, automatic falls back with the kernel's words") {
    auto facts = privileged_host();
    facts.bpf_refusal = "bpf(BPF_PROG_LOAD): Operation not permitted";
    const auto plan = planned(facts);
    CHECK(plan.mode == Mode::procfs);
    REQUIRE(plan.fallback_reason);
    CHECK(*plan.fallback_reason == "bpf(BPF_PROG_LOAD): Operation not permitted");
}

TEST_CASE("Where eBPF would work but procfs is asked for, the reason says to leave out the option") {
    const auto plan = planned(privileged_host(), {.source = SourceChoice::procfs, .cgroup = false, .interval = {}});
    CHECK(plan.mode == Mode::procfs);
    CHECK_FALSE(plan.fallback_reason);
    CHECK_THAT(plan[Metric::processes_started].absence.reason, Contains("leave out --source procfs"));
}

TEST_CASE("The cgroup's peak comes with --cgroup only") {
    const auto without = planned(privileged_host());
    CHECK_FALSE(without.own_cgroup);
    CHECK(without[Metric::cgroup_memory_peak_bytes].absence.reason == "not asked for: --cgroup");

    const auto with = planned(privileged_host(), {.source = SourceChoice::automatic, .cgroup = true, .interval = {}});
    CHECK(with.own_cgroup);
    CHECK(with[Metric::cgroup_memory_peak_bytes].source == Source::cgroup);
    CHECK(with[Metric::cgroup_memory_peak_bytes].measured);
}

TEST_CASE(
    "Asking for a cgroup where none can be had is an error with the remedy, and not asking leaves the refusal as the reason") {
    const PlanOptions cgroup{.source = SourceChoice::automatic, .cgroup = true, .interval = {}};
    auto facts = ordinary_host();
    CHECK_THAT(refused(facts, cgroup),
               StartsWith("--cgroup cannot work here: /sys/fs/cgroup") && Contains("systemd-run --user --scope -p Delegate=yes"));
    CHECK_THAT(planned(facts)[Metric::cgroup_memory_peak_bytes].absence.reason, Contains(*facts.cgroup_refusal));

    facts.cgroup_memory = CgroupMemory::none;
    CHECK_THAT(refused(facts, cgroup), Contains("no memory cgroup controller"));
}

TEST_CASE("An own cgroup gives OOM kills to procfs mode too") {
    auto facts = ordinary_host();
    facts.cgroup_refusal.reset();
    const auto plan = planned(facts, {.source = SourceChoice::automatic, .cgroup = true, .interval = {}});
    CHECK(plan[Metric::oom_kills].measured);
    CHECK(plan[Metric::oom_kills].source == Source::cgroup);
    CHECK_THAT(planned(facts)[Metric::oom_kills].absence.reason, Contains("--cgroup"));
}

TEST_CASE("Files of /proc that are missing take their metrics with them, not others") {
    auto facts = ordinary_host();
    facts.proc_io = false;
    facts.smaps_rollup = false;
    const auto plan = planned(facts);
    CHECK_FALSE(plan.sample_pss);
    CHECK_THAT(plan[Metric::pss_peak_bytes].absence.reason, Contains("smaps_rollup"));
    for (const auto metric : metrics_of_io) CHECK_THAT(plan[metric].absence.reason, Contains("/proc/PID/io"));
    CHECK(plan[Metric::rss_peak_bytes].measured);

    facts.kernel_btf = facts.capability_bpf = true;
    for (const auto metric : metrics_of_io) CHECK(planned(facts)[metric].measured);
}

TEST_CASE("Swap is measured where none is active: zero is then true") {
    auto facts = privileged_host();
    facts.swap = false;
    CHECK(planned(facts)[Metric::swap_peak_bytes].measured);
}

TEST_CASE("The interval is 10 ms and adapts under procfs, unless the user sets it") {
    using namespace std::chrono_literals;
    CHECK(planned(privileged_host()).interval == 10ms);
    CHECK_FALSE(planned(privileged_host()).adaptive_interval);
    CHECK(planned(ordinary_host()).adaptive_interval);

    const auto plan = planned(ordinary_host(), {.source = SourceChoice::automatic, .cgroup = false, .interval = 1ms});
    CHECK(plan.interval == 1ms);
    CHECK_FALSE(plan.adaptive_interval);
}
