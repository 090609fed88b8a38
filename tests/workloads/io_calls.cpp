// Moves bytes by one kind of system call.
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "processes.hpp"
#include "workload.hpp"

namespace workloads {
namespace {

constexpr std::size_t piece = 64 * 1024;
std::vector<char> payload(piece, 'x');

int checked(int result, const char* call) {
    if (result < 0) fail(call);
    return result;
}

std::size_t moved(ssize_t length, const char* call) {
    if (length <= 0) fail(call);
    return static_cast<std::size_t>(length);
}

// Calls move() until so much has been moved.
template <typename Move>
void repeat(std::size_t size, const char* call, Move move) {
    for (std::size_t done = 0; done < size;) done += moved(move(std::min(piece, size - done)), call);
}

int new_file(const std::string& path, std::size_t size) {
    const int file = checked(::open(path.c_str(), O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0600), "open");
    // ext4 writes a file that was truncated back as soon as it is closed.
    if (size > 0) checked(::ftruncate(file, static_cast<off_t>(size)), "ftruncate");
    return file;
}

void by_copy(int from, int to, std::size_t size) {
    off_t at = 0;
    repeat(size, "copy_file_range", [&](std::size_t length) { return ::copy_file_range(from, &at, to, nullptr, length, 0); });
}

void by_sendfile(int from, int to, std::size_t size) {
    repeat(size, "sendfile", [&](std::size_t length) { return ::sendfile(to, from, nullptr, length); });
}

void by_socket(int, int, std::size_t size) {
    std::array<int, 2> ends{};
    checked(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()), "socketpair");
    const pid_t sender =
        fork_child([&] { repeat(size, "send", [&](std::size_t length) { return ::send(ends[0], payload.data(), length, 0); }); });
    repeat(size, "recv", [&](std::size_t length) { return ::recv(ends[1], payload.data(), length, 0); });
    wait_for(sender);
}

void by_splice(int from, int to, std::size_t size) {
    std::array<int, 2> ends{};
    checked(::pipe(ends.data()), "pipe");
    repeat(size, "splice", [&](std::size_t length) {
        const auto in = ::splice(from, nullptr, ends[1], nullptr, length, 0);
        for (ssize_t out = 0; out < in;)
            out += static_cast<ssize_t>(
                moved(::splice(ends[0], nullptr, to, nullptr, static_cast<std::size_t>(in - out), 0), "splice"));
        return in;
    });
}

void by_mapping(int from, int to, std::size_t size) {
    auto* in = static_cast<char*>(::mmap(nullptr, size, PROT_READ, MAP_SHARED, from, 0));
    auto* out = static_cast<char*>(::mmap(nullptr, size, PROT_WRITE | PROT_READ, MAP_SHARED, to, 0));
    if (in == MAP_FAILED || out == MAP_FAILED) fail("mmap");
    std::copy(in, in + size, out);
}

void by_read(int from, int to, std::size_t size) {
    repeat(size, "read", [&](std::size_t length) { return ::read(from, payload.data(), length); });
    repeat(size, "write", [&](std::size_t length) { return ::write(to, payload.data(), length); });
}

using Move = void(int from, int to, std::size_t size);
const std::map<std::string, Move*> calls{{"read", by_read},     {"sendfile", by_sendfile}, {"copy_file_range", by_copy},
                                         {"socket", by_socket}, {"splice", by_splice},     {"mapping", by_mapping}};

// The figures of /proc/self/io.
std::map<std::string, std::uint64_t> counted() {
    std::map<std::string, std::uint64_t> figures;
    std::ifstream file("/proc/self/io");
    if (!file) fail("open /proc/self/io");
    std::string key;
    for (std::uint64_t value = 0; file >> key >> value;) figures[key.substr(0, key.size() - 1)] = value;
    return figures;
}

}  // namespace

int io_calls(const Arguments& arguments, Truth& truth) {
    const auto size = static_cast<std::size_t>(arguments.number(2, 8)) << 20;
    const int from = new_file(arguments.text(1, ""), size);
    const int to = new_file(arguments.text(1, "") + ".copy", size);
    calls.at(arguments.text(0, "read"))(from, to, size);
    truth.add("bytes", size);
    truth.write();
    return 0;
}

int io_unlinked(const Arguments& arguments, Truth& truth) {
    const auto size = static_cast<std::size_t>(arguments.number(1, 32)) << 20;
    const auto path = arguments.text(0, "");
    const int file = new_file(path, 0);
    repeat(size, "write", [&](std::size_t length) { return ::write(file, payload.data(), length); });
    ::unlink(path.c_str());
    ::close(file);
    const auto figures = counted();
    truth.add("written_bytes", figures.at("write_bytes"));
    truth.add("cancelled_bytes", figures.at("cancelled_write_bytes"));
    truth.write();
    return 0;
}

}  // namespace workloads
