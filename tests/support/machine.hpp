// What this machine has and may do. A test that needs more says so, loudly, and tries nothing.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>

namespace gatepost::test {

// The full path of a program of the system's; "" when it is not installed.
std::string program_path(const std::string& name);

// Why these programs cannot be run; nothing when all are there.
std::optional<std::string> why_not_programs(std::initializer_list<const char*> names);

// Why no process can have mounts and networks of its own; nothing when it can.
std::optional<std::string> why_not_namespaces();

// Runs a shell command; throws std::runtime_error, with the command, when it fails.
void run_command(const std::string& command);

} // namespace gatepost::test
