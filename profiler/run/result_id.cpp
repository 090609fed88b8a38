#include "profiler/run/result_id.hpp"

#include <sys/random.h>

#include <cerrno>
#include <chrono>
#include <string_view>
#include <system_error>

namespace perfwrap {
namespace {

// Without I, L and O, which look like digits, and U, which could make words.
constexpr std::string_view crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

// The lowest bits of a number, five per character, the highest first.
std::string base32(std::uint64_t bits, int characters) {
    std::string text;
    for (int shift = 5 * (characters - 1); shift >= 0; shift -= 5) text += crockford[(bits >> shift) & 0x1f];
    return text;
}

std::uint64_t big_endian_40_bits(const std::uint8_t* bytes) {
    std::uint64_t bits = 0;
    for (int i = 0; i < 5; ++i) bits = bits << 8 | bytes[i];
    return bits;
}

}  // namespace

std::string ulid(std::uint64_t unix_ms, const std::array<std::uint8_t, 10>& chance) {
    constexpr std::uint64_t lowest_48_bits = 0xffff'ffff'ffff;
    return base32(unix_ms & lowest_48_bits, 10) + base32(big_endian_40_bits(chance.data()), 8) +
           base32(big_endian_40_bits(chance.data() + 5), 8);
}

std::string new_result_id() {
    std::array<std::uint8_t, 10> chance{};
    if (::getrandom(chance.data(), chance.size(), 0) != static_cast<ssize_t>(chance.size()))
        throw std::system_error(errno, std::generic_category(), "cannot get random numbers for the result's id: getrandom");
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return ulid(static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(now).count()), chance);
}

}  // namespace perfwrap
