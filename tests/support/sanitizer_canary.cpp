// Makes the error that its argument names, and exits with 0 if no sanitizer is watching.
#include <iostream>
#include <limits>
#include <string_view>
#include <thread>

namespace {

void use_after_free() {
    auto* volatile number = new int(1);
    delete number;
    std::cout << *number << '\n';
}

void leak() {
    int* volatile number = new int(1);
    std::cout << *number << '\n';
    number = nullptr;
}

void overflow() {
    volatile int number = std::numeric_limits<int>::max();
    number = number + 1;
}

void race() {
    static int number = 0;
    std::thread other([] { ++number; });
    ++number;
    other.join();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view wrong = argc > 1 ? argv[1] : "";
    if (wrong == "uses after free") use_after_free();
    if (wrong == "leaks") leak();
    if (wrong == "overflows") overflow();
    if (wrong == "races") race();
    return 0;
}
