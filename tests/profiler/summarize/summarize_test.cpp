#include "profiler/summarize/summarize.hpp"

#include <catch2/catch.hpp>
#include <csignal>

using namespace perfwrap;

namespace {

constexpr std::uint64_t second = 1'000'000'000;
constexpr std::uint64_t exec_ns = 1000 * second;

// wait(2) statuses.
constexpr int exited(int code) { return code << 8; }
constexpr int killed(int signal) { return signal; }

ProcessFacts worker(int pid, std::uint64_t user_ns, std::uint64_t system_ns) {
    ProcessFacts facts;
    facts.pid = pid;
    facts.parent_pid = 1;
    facts.command = {"/usr/bin/worker", "--token=secret"};
    facts.start_ns = exec_ns;
    facts.end_ns = exec_ns + second;
    facts.wait_status = exited(0);
    facts.cpu_user_ns = user_ns;
    facts.cpu_system_ns = system_ns;
    return facts;
}

Recording two_seconds() {
    Recording recording;
    recording.exec_ns = exec_ns;
    recording.end_ns = exec_ns + 2 * second;
    return recording;
}

RunResult summarized(const Recording& recording) { return summarize(recording, 0, {}); }

}  // namespace

TEST_CASE("Wall time is the window from exec to end") { CHECK(summarized(two_seconds()).metrics[Metric::wall_seconds] == 2.0); }

TEST_CASE(
    "CPU time is the sum of its parts to the nanosecond, without digits beyond, and the cores are that over the wall time") {
    auto recording = two_seconds();
    recording.seen.totals.cpu_user_ns = 7'013'000'039;  // as doubles, the parts add up to 7.408844308999999
    recording.seen.totals.cpu_system_ns = 395'844'270;
    const auto run = summarized(recording);
    CHECK(*run.metrics[Metric::cpu_user_seconds] == 7.013000039);
    CHECK(*run.metrics[Metric::cpu_system_seconds] == 0.39584427);
    CHECK(*run.metrics[Metric::cpu_seconds] == 7.408844309);
    CHECK(*run.metrics[Metric::cpu_cores_average] == Approx(3.7044221545));
}

TEST_CASE("CPU time of less than ten clock ticks is not divided into user and system time") {
    auto recording = two_seconds();
    constexpr std::uint64_t tick_ns = 4'000'000;
    const auto with_user_ns = [&](std::uint64_t user_ns) {
        recording.seen.totals.cpu_user_ns = user_ns;
        recording.seen.totals.cpu_system_ns = tick_ns;
        return summarize(recording, 0, {.clock_tick_ns = tick_ns}).metrics;
    };
    const auto too_short = with_user_ns(9 * tick_ns - 1);
    CHECK(*too_short[Metric::cpu_seconds] == 0.039999999);
    CHECK(too_short[Metric::cpu_cores_average].has_value());
    CHECK_FALSE(too_short[Metric::cpu_user_seconds]);
    CHECK_FALSE(too_short[Metric::cpu_system_seconds]);
    const auto enough = with_user_ns(9 * tick_ns);
    CHECK(enough[Metric::cpu_user_seconds] == 0.036);
    CHECK(enough[Metric::cpu_system_seconds] == 0.004);
}

TEST_CASE("What was not recorded has no value, and a recorded zero is zero") {
    auto recording = two_seconds();
    recording.seen.totals.major_faults = 0;
    const auto run = summarized(recording);
    for (const auto& info : metric_catalogue()) {
        CAPTURE(info.key);
        CHECK(run.metrics[info.metric].has_value() ==
              (info.metric == Metric::wall_seconds || info.metric == Metric::major_faults));
    }
    CHECK(run.metrics[Metric::major_faults] == 0.0);
    CHECK_FALSE(run.peak);
}

TEST_CASE("Half of the CPU time is not taken for the whole") {
    auto recording = two_seconds();
    recording.seen.totals.cpu_user_ns = second;
    const auto run = summarized(recording);
    CHECK(run.metrics[Metric::cpu_user_seconds] == 1.0);
    CHECK_FALSE(run.metrics[Metric::cpu_seconds]);
    CHECK_FALSE(run.metrics[Metric::cpu_cores_average]);
}

TEST_CASE("A run whose clock stood still or went back has no length, no average and no place in time") {
    auto recording = two_seconds();
    recording.seen.timeline.add({.start_ns = exec_ns, .length_ns = second, .rss_max_bytes = 1});
    recording.seen.peak = PeakMoment{.at_ns = exec_ns, .holders = {}};
    recording.seen.totals.cpu_user_ns = recording.seen.totals.cpu_system_ns = 1;
    recording.seen.memory.rss = MemoryOverTime{.peak_bytes = 4096, .byte_seconds = 1, .observed_seconds = 1, .samples = 1};
    for (const std::uint64_t end_ns : {exec_ns, exec_ns - 5 * second}) {
        CAPTURE(end_ns);
        recording.end_ns = end_ns;
        const auto run = summarized(recording);
        CHECK_FALSE(run.metrics[Metric::wall_seconds]);
        CHECK_FALSE(run.metrics[Metric::cpu_cores_average]);
        CHECK(run.metrics[Metric::rss_peak_bytes] == 4096.0);
        CHECK_FALSE(run.metrics[Metric::rss_average_bytes]);
        CHECK_FALSE(run.peak);
        CHECK(run.timeline.t_seconds.empty());
    }
}

TEST_CASE("Every recorded quantity becomes the metric of its name") {
    auto recording = two_seconds();
    auto& totals = recording.seen.totals;
    auto& memory = recording.seen.memory;
    memory.rss = MemoryOverTime{.peak_bytes = 200, .byte_seconds = 150, .observed_seconds = 1.5, .samples = 3};
    memory.pss = PssLooks{.looks = 3,
                          .moments = 3,
                          .most_rss_bytes = 150,
                          .ratio_at_most = 0.9,
                          .private_at_most = 0.9,
                          .most_pss_bytes = 120,
                          .last_ratio = 0.5,
                          .byte_seconds = 110,
                          .resident_byte_seconds = 100};
    memory.anon = MemoryOverTime{.peak_bytes = 160, .byte_seconds = 80, .observed_seconds = 2, .samples = 0};
    memory.rss_anon_peak_bytes = 1;
    memory.rss_file_peak_bytes = 2;
    memory.rss_shmem_peak_bytes = 3;
    memory.largest_process_rss_peak_bytes = 4;
    memory.file_mapped_peak_bytes = 21;
    memory.shmem_peak_bytes = 22;
    memory.cgroup_peak_bytes = 5;
    memory.swap_peak_bytes = 6;
    totals.cpu_user_ns = totals.cpu_system_ns = second;
    totals.minor_faults = 7;
    totals.major_faults = 8;
    totals.voluntary_context_switches = 9;
    totals.involuntary_context_switches = 10;
    totals.run_queue_wait_ns = 11 * second;
    totals.syscall_read_bytes = 12;
    totals.syscall_written_bytes = 13;
    totals.storage_read_bytes = 14;
    totals.storage_written_bytes = 15;
    totals.processes_started = 16;
    totals.processes_peak = 17;
    totals.threads_started = 18;
    totals.threads_peak = 19;
    totals.oom_kills = 20;

    const std::map<Metric, double> expected{{Metric::wall_seconds, 2},
                                            {Metric::cpu_seconds, 2},
                                            {Metric::cpu_user_seconds, 1},
                                            {Metric::cpu_system_seconds, 1},
                                            {Metric::cpu_cores_average, 1},
                                            {Metric::rss_peak_bytes, 200},
                                            {Metric::rss_average_bytes, 100},
                                            {Metric::pss_peak_bytes, 180},
                                            {Metric::pss_average_bytes, 90},
                                            {Metric::anon_peak_bytes, 160},
                                            {Metric::anon_average_bytes, 40},
                                            {Metric::rss_anon_peak_bytes, 1},
                                            {Metric::rss_file_peak_bytes, 2},
                                            {Metric::rss_shmem_peak_bytes, 3},
                                            {Metric::swap_peak_bytes, 6},
                                            {Metric::largest_process_rss_peak_bytes, 4},
                                            {Metric::minor_faults, 7},
                                            {Metric::cgroup_memory_peak_bytes, 5},
                                            {Metric::major_faults, 8},
                                            {Metric::voluntary_context_switches, 9},
                                            {Metric::syscall_read_bytes, 12},
                                            {Metric::involuntary_context_switches, 10},
                                            {Metric::storage_read_bytes, 14},
                                            {Metric::run_queue_wait_seconds, 11},
                                            {Metric::processes_started, 16},
                                            {Metric::syscall_written_bytes, 13},
                                            {Metric::processes_peak, 17},
                                            {Metric::storage_written_bytes, 15},
                                            {Metric::threads_started, 18},
                                            {Metric::threads_peak, 19},
                                            {Metric::file_mapped_peak_bytes, 21},
                                            {Metric::shmem_peak_bytes, 22},
                                            {Metric::oom_kills, 20}};
    const auto run = summarized(recording);
    for (const auto& info : metric_catalogue()) {
        CAPTURE(info.key);
        REQUIRE(expected.contains(info.metric));
        CHECK(run.metrics[info.metric] == expected.at(info.metric));
    }
}

TEST_CASE("Rows and what was omitted add up to the tree") {
    auto recording = two_seconds();
    recording.seen.processes = ProcessTable(2);
    for (int pid = 1; pid <= 5; ++pid) recording.seen.processes.add(worker(pid, static_cast<std::uint64_t>(pid) * second, 0));
    recording.seen.totals.cpu_user_ns = 15 * second;
    recording.seen.totals.cpu_system_ns = second / 2;  // of processes that were never added
    recording.seen.totals.processes_started = 7;
    const auto run = summarized(recording);
    REQUIRE(run.processes.recorded.size() == 2);
    CHECK(run.processes.recorded[0].pid == 5);
    CHECK(run.processes.omitted.count == 5);
    CHECK(*run.processes.omitted.cpu_seconds + 5.0 + 4.0 == Approx(*run.metrics[Metric::cpu_seconds]));
}

TEST_CASE("The programs add up to the tree, whatever has a row") {
    auto recording = two_seconds();
    recording.seen.processes = ProcessTable(2);
    for (int pid = 1; pid <= 5; ++pid) recording.seen.processes.add(worker(pid, static_cast<std::uint64_t>(pid) * second, 0));
    auto linker = worker(6, second, second);
    linker.command = {"/usr/bin/ld"};
    linker.rss_peak_bytes = 4096;
    recording.seen.processes.add(linker);
    recording.seen.totals.cpu_user_ns = 16 * second;
    recording.seen.totals.cpu_system_ns = second;
    recording.seen.totals.processes_started = 6;
    const auto programs = summarized(recording).programs;
    REQUIRE(programs.size() == 2);
    CHECK(programs[0] == ProgramUsage{"worker", 5, 15.0, std::nullopt});
    CHECK(programs[1] == ProgramUsage{"ld", 1, 2.0, 4096.0});

    recording.seen.totals.cpu_system_ns = second + 5;  // of a process that was never added
    recording.seen.totals.processes_started = 7;
    const auto with_rest = summarized(recording).programs;
    REQUIRE(with_rest.size() == 3);
    CHECK(with_rest[2] == ProgramUsage{std::string(other_programs), 1, 5e-9, std::nullopt});

    const auto bounded = summarize(recording, 0, {.programs = 1}).programs;
    REQUIRE(bounded.size() == 2);
    CHECK(bounded[0].program == "worker");
    CHECK(bounded[1] == ProgramUsage{std::string(other_programs), 2, 2.000000005, 4096.0});
}

TEST_CASE("Where nobody counts the processes, what nobody saw has CPU time but no count") {
    auto recording = two_seconds();
    recording.seen.processes.add(worker(1, second, 0));
    recording.seen.totals.cpu_user_ns = 3 * second;
    recording.seen.totals.cpu_system_ns = 0;
    const auto programs = summarized(recording).programs;
    REQUIRE(programs.size() == 2);
    CHECK(programs[1] == ProgramUsage{std::string(other_programs), std::nullopt, 2.0, std::nullopt});
}

TEST_CASE("A row whose arguments were not read has the program's name") {
    auto recording = two_seconds();
    auto facts = worker(7, 1, 1);
    facts.command.clear();
    facts.program = "launcher";
    recording.seen.processes.add(facts);
    CHECK(summarized(recording).processes.recorded.at(0).command == std::vector<std::string>{"launcher"});
}

TEST_CASE("How many processes were omitted is not known where nobody counted them") {
    auto recording = two_seconds();
    recording.seen.processes.add(worker(1, 1, 1));
    const auto run = summarized(recording);
    CHECK_FALSE(run.processes.omitted.count);
    CHECK_FALSE(run.processes.omitted.cpu_seconds);
}

TEST_CASE("A row tells a process's life in seconds since the command's exec") {
    auto recording = two_seconds();
    auto facts = worker(7, 3 * second / 10, second / 10);
    facts.start_ns = exec_ns - 5;  // forked before the exec
    facts.end_ns = exec_ns + 3 * second / 2;
    facts.wait_status = killed(SIGKILL);
    facts.threads_peak = 4;
    facts.rss_peak_bytes = 4096;
    recording.seen.processes.add(facts);
    const auto row = summarized(recording).processes.recorded.at(0);
    CHECK(row.pid == 7);
    CHECK(row.parent_pid == 1);
    CHECK(row.start_seconds == 0.0);
    CHECK(row.end_seconds == 1.5);
    REQUIRE(row.exit);
    CHECK(row.exit->signal == "SIGKILL");
    CHECK_FALSE(row.exit->code);
    CHECK(row.threads == 4);
    CHECK(row.cpu_seconds == 0.4);
    CHECK(row.cpu_user_seconds == 0.3);
    CHECK(row.cpu_system_seconds == 0.1);
    CHECK(row.rss_peak_bytes == 4096.0);
}

TEST_CASE("A process that is alive at the end has neither end nor exit") {
    auto recording = two_seconds();
    ProcessFacts daemon;
    daemon.start_ns = exec_ns + second;
    recording.seen.processes.add(daemon);
    const auto row = summarized(recording).processes.recorded.at(0);
    CHECK(row.start_seconds == 1.0);
    CHECK_FALSE(row.end_seconds);
    CHECK_FALSE(row.exit);
    CHECK_FALSE(row.cpu_seconds);
    CHECK_FALSE(row.cpu_user_seconds);
    CHECK(row.command == std::vector<std::string>{"(unknown)"});
}

TEST_CASE("A process that ended after the window was alive in it") {
    auto recording = two_seconds();
    auto daemon = worker(7, 1, 1);
    daemon.end_ns = recording.end_ns + 1;
    recording.seen.processes.add(daemon);
    const auto row = summarized(recording).processes.recorded.at(0);
    CHECK_FALSE(row.end_seconds);
    CHECK_FALSE(row.exit);
}

TEST_CASE("Without arguments only program names are kept, in the rows and at the peak") {
    auto recording = two_seconds();
    recording.seen.processes.add(worker(7, 1, 1));
    recording.seen.peak =
        PeakMoment{.at_ns = exec_ns, .holders = {{.pid = 7, .command = {"/usr/bin/worker", "--token=secret"}, .rss_bytes = 1}}};
    const auto with = summarize(recording, 0, {.record_arguments = true});
    CHECK(with.processes.recorded.at(0).command == std::vector<std::string>{"/usr/bin/worker", "--token=secret"});
    CHECK(with.peak->processes.at(0).command == "/usr/bin/worker --token=secret");
    const auto without = summarize(recording, 0, {.record_arguments = false});
    CHECK(without.processes.recorded.at(0).command == std::vector<std::string>{"worker"});
    CHECK(without.peak->processes.at(0).command == "worker");
}

TEST_CASE("The peak names its holders, largest first") {
    auto recording = two_seconds();
    recording.seen.peak = PeakMoment{
        .at_ns = exec_ns + second / 4,
        .holders = {{.pid = 1, .command = {"small"}, .rss_bytes = 10}, {.pid = 2, .command = {"large"}, .rss_bytes = 90}}};
    const auto peak = summarized(recording).peak;
    REQUIRE(peak);
    CHECK(peak->at_seconds == 0.25);
    REQUIRE(peak->processes.size() == 2);
    CHECK(peak->processes[0].command == "large");
    CHECK(peak->processes[0].rss_bytes == 90.0);
    CHECK(peak->processes[1].pid == 1);
}

TEST_CASE("The timeline comes as columns of equal length, CPU as cores") {
    auto recording = two_seconds();
    recording.seen.timeline.add({.start_ns = exec_ns,
                                 .length_ns = second,
                                 .rss_max_bytes = 10,
                                 .rss_mean_bytes = 5,
                                 .cpu_ns = 2 * second,
                                 .processes_max = 3});
    recording.seen.timeline.add(
        {.start_ns = exec_ns + second, .length_ns = 0, .rss_max_bytes = 7, .rss_mean_bytes = 7, .cpu_ns = 0, .processes_max = 1});
    const auto timeline = summarized(recording).timeline;
    CHECK(timeline.t_seconds == std::vector<double>{0, 1});
    CHECK(timeline.rss_max_bytes == std::vector<double>{10, 7});
    CHECK(timeline.rss_mean_bytes == std::vector<double>{5, 7});
    CHECK(timeline.cpu_cores == std::vector<double>{2, 0});
    CHECK(timeline.processes == std::vector<double>{3, 1});
}

TEST_CASE("A run knows its index, its start and how it ended") {
    auto recording = two_seconds();
    recording.started_at_unix_ms = 1'709'210'096'007;
    recording.wait_status = exited(3);
    recording.timed_out = true;
    recording.stopped_ns = 250'000'000;
    const auto run = summarize(recording, 4, {});
    CHECK(run.index == 4);
    CHECK(run.started_at_unix_ms == 1'709'210'096'007);
    CHECK(run.exit.code == 3);
    CHECK_FALSE(run.exit.signal);
    CHECK(run.timed_out);
    CHECK(run.stopped_seconds == 0.25);
}

TEST_CASE("A signal is told by its name, with or without a core dump") {
    CHECK(signal_name(SIGKILL) == "SIGKILL");
    CHECK(signal_name(SIGTERM) == "SIGTERM");
    CHECK(signal_name(64) == "SIG64");
    constexpr int core_dumped = 0x80;
    CHECK(exit_of(killed(SIGSEGV) | core_dumped).signal == "SIGSEGV");
    CHECK(exit_of(exited(0)).code == 0);
    CHECK(exit_of(exited(255)).code == 255);
}

TEST_CASE("Statistics cover the runs that have the metric, and no metric that none has") {
    std::vector<RunResult> runs(3);
    for (int i = 0; i < 3; ++i) runs[static_cast<std::size_t>(i)].metrics[Metric::wall_seconds] = i + 1.0;
    runs[1].metrics[Metric::pss_peak_bytes] = 7.0;
    const auto summary = statistics(runs);
    REQUIRE(summary.size() == 2);
    CHECK(summary.at(Metric::wall_seconds).mean == 2.0);
    CHECK(summary.at(Metric::wall_seconds).n == 3);
    CHECK(summary.at(Metric::pss_peak_bytes).n == 1);
    CHECK_FALSE(summary.at(Metric::pss_peak_bytes).stddev);
}
