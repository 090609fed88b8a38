// scripts/packaging/older_glibc.c beside the glibc that it stands in for.
#include <dlfcn.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstring>

extern "C" {
const char* older_sigabbrev_np(int signal);
int older_dl_find_object(void* pc, dl_find_object* found);
}

TEST_CASE("for an older glibc, signals are named as by the newer one") {
    for (int signal = -1; signal <= SIGRTMAX + 1; ++signal) {
        INFO(signal);
        const char* const expected = sigabbrev_np(signal);
        const char* const name = older_sigabbrev_np(signal);
        REQUIRE((name == nullptr) == (expected == nullptr));
        if (name != nullptr) CHECK(std::strcmp(name, expected) == 0);
    }
}

TEST_CASE("for an older glibc, the unwinding tables are those that the newer one finds") {
    int on_the_stack = 0;
    for (void* const pc : {reinterpret_cast<void*>(&older_sigabbrev_np), dlsym(RTLD_DEFAULT, "qsort"),
                           static_cast<void*>(&on_the_stack), static_cast<void*>(nullptr)}) {
        INFO(pc);
        dl_find_object expected{};
        dl_find_object found{};
        const int known = _dl_find_object(pc, &expected);
        REQUIRE(older_dl_find_object(pc, &found) == known);
        CHECK(found.dlfo_eh_frame == expected.dlfo_eh_frame);
    }
}
