#include <cerrno>
#include <chrono>
#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <stdexcept>
#include <string>
#include <support/eventually.hpp>
#include <support/loop_disk.hpp>
#include <support/machine.hpp>
#include <sys/ioctl.h>
#include <system_error>
#include <unistd.h>
#include <vector>

namespace gatepost::test {
namespace {

// Linux, fs/ext4/ext4.h
constexpr unsigned long ext4_shutdown = 0x8004587D;
constexpr std::uint32_t without_flushing_the_log = 2;

constexpr std::chrono::seconds longest_in_use(60);

bool backs_a_device(const std::string& image) {
    for (const auto& device : std::filesystem::directory_iterator("/sys/block")) {
        // Only devices in use have the file, and one may cease to be while it is looked at.
        std::ifstream backing(device.path() / "loop" / "backing_file");
        std::string path;
        if (std::getline(backing, path) && path == image) {
            return true;
        }
    }
    return false;
}

} // namespace

std::optional<std::string> loop_disk::why_not(const std::filesystem::path& directory) {
    if (geteuid() != 0) {
        return "it takes root to mount a disk";
    }
    try {
        const loop_disk tried(directory / "tried", 16);
    } catch (const std::exception& failure) {
        return std::string("no loop device can be mounted: ") + failure.what();
    }
    return std::nullopt;
}

loop_disk::loop_disk(const std::filesystem::path& directory, unsigned mebibytes)
    : image_(directory / "disk.image"), root_(directory / "disk") {
    std::filesystem::create_directories(root_);
    run_command("truncate -s " + std::to_string(mebibytes) + "M '" + image_.string() + "'");
    // Blocks as disks of a usual size have them; mkfs would make them smaller here. Where they are
    // smaller than a page, SQLite's shared memory can meet a full disk as SIGBUS.
    run_command("mkfs.ext4 -q -F -b 4096 '" + image_.string() + "'");
    mount();
}

loop_disk::~loop_disk() {
    try {
        unmount();
    } catch (const std::runtime_error&) { // whoever has a file open keeps it mounted
    }
    std::error_code ignored;
    std::filesystem::remove(image_, ignored);
}

void loop_disk::mount() {
    run_command("mount -o loop '" + image_.string() + "' '" + root_.string() + "'");
}

void loop_disk::unmount() {
    run_command("umount '" + root_.string() + "'");
}

void loop_disk::sync() const {
    const int root = open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int failed = syncfs(root);
    const int why = errno;
    close(root);
    if (failed != 0) {
        throw std::system_error(why, std::generic_category(), "syncfs");
    }
}

void loop_disk::cut_power() {
    const int root = open(root_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const int failed = ioctl(root, ext4_shutdown, &without_flushing_the_log);
    const int why = errno;
    close(root);
    if (failed != 0) {
        throw std::system_error(why, std::generic_category(), "EXT4_IOC_SHUTDOWN");
    }
}

void loop_disk::remount() {
    unmount();
    // Whoever made himself a mount namespace meanwhile has the file system mounted there, and
    // mounting again would find it as it is: without power.
    const auto image = std::filesystem::canonical(image_).string();
    if (!eventually([&] { return !backs_a_device(image); }, longest_in_use)) {
        throw std::runtime_error("another process keeps the disk mounted");
    }
    mount();
}

// What ext4 does by itself with errors=remount-ro.
void loop_disk::fall_read_only() {
    run_command("mount -o remount,abort '" + root_.string() + "'");
}

void loop_disk::forbid_writing() {
    run_command("mount -o remount,ro '" + root_.string() + "'");
}

void loop_disk::allow_writing() {
    run_command("mount -o remount,rw '" + root_.string() + "'");
}

void loop_disk::fill() {
    std::ofstream filler(root_ / "filler", std::ios::binary);
    const std::vector<char> block(4096, 'x');
    while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) {
    }
}

void loop_disk::free() {
    std::error_code ignored;
    std::filesystem::remove(root_ / "filler", ignored);
}

} // namespace gatepost::test
