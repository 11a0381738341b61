// A disk of its own, an ext4 file system in a file, whose power can be cut, which can be filled and
// which can fail. Needs root and a loop device.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace gatepost::test {

class loop_disk {
  public:
    // Why there can be none here; nothing when there can. `directory` is for trying.
    static std::optional<std::string> why_not(const std::filesystem::path& directory);

    // Made and mounted; throws std::runtime_error.
    loop_disk(const std::filesystem::path& directory, unsigned mebibytes);
    ~loop_disk();
    loop_disk(const loop_disk&) = delete;
    loop_disk& operator=(const loop_disk&) = delete;

    const std::filesystem::path& root() const { return root_; }
    // All that has been written is on the disk, as it is when nothing happens for a while.
    void sync() const;
    // What has not been synced is gone; until remount() every access fails.
    void cut_power();
    // As after a new start of the machine. Nothing may have a file open.
    void remount();
    // Takes all the room there is, and gives it back.
    void fill();
    void free();
    // From now on nothing can be written, as after an error that the kernel met: files that are
    // open stay open. Until remount().
    void fall_read_only();
    // The same by the operator's hand. Nothing may have a file open for writing.
    void forbid_writing();
    void allow_writing();

  private:
    void mount();
    void unmount();

    std::filesystem::path image_;
    std::filesystem::path root_;
};

} // namespace gatepost::test
