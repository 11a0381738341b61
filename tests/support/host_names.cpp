#include <fstream>
#include <support/host_names.hpp>
#include <support/machine.hpp>

namespace gatepost::test {

std::optional<std::string> host_names::why_not() {
    return why_not_namespaces();
}

host_names::host_names(const std::string& lines) {
    become(lines);
    std::ofstream(directory_.file("nsswitch.conf")) << "hosts: files\n";
}

std::vector<std::string> host_names::under() const {
    const auto over = [this](const std::string& file) {
        return "mount --bind '" + directory_.file(file) + "' /etc/" + file + " && ";
    };
    return {program_path("unshare"),
            "--mount",
            "/bin/sh",
            "-c",
            over("hosts") + over("nsswitch.conf") + "exec \"$@\"",
            "sh"};
}

// In place: another file of the same name would not be the one that is mounted.
void host_names::become(const std::string& lines) const {
    std::ofstream(directory_.file("hosts")) << lines;
}

} // namespace gatepost::test
