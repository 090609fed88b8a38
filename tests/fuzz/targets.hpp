// One function per target, in a file of that name: takes any bytes and throws if a property does not hold.
#pragma once

#include <string_view>

namespace perfwrap::fuzz {

void command_line(std::string_view input);
void doctor(std::string_view input);
void json(std::string_view input);
void kernel_text(std::string_view input);
void memory_hierarchy(std::string_view input);
void option_values(std::string_view input);
void proc_files(std::string_view input);
void proc_text(std::string_view input);
void prometheus(std::string_view input);
void result(std::string_view input);
void summary(std::string_view input);
void text(std::string_view input);
void wire_records(std::string_view input);

}  // namespace perfwrap::fuzz
