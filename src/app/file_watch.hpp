// Notices that files have changed, by asking now and then: what a file is replaced by (Kubernetes
// swaps a link to a directory) is noticed as well, on every file system.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace gatepost::app {

class file_watch {
  public:
    // What to look at from now on. A file that was not looked at before counts as changed: whoever
    // has read it may have read it too early.
    void watch(const std::vector<std::string>& paths);
    // Whether one of them is not what it was, and is the same as at the last look: who writes a
    // file in its place needs more than one step, and half a token is none. One that is gone has
    // not changed until it is back.
    bool changed();

  private:
    // Of the file at the end of all links.
    struct stamp {
        std::uint64_t device = 0;
        std::uint64_t inode = 0;
        std::int64_t size = 0;
        std::int64_t changed = 0; // nanoseconds; of content, owner or mode
        friend bool operator==(const stamp&, const stamp&) = default;
    };
    static bool look(const std::string& path, stamp& into);

    struct sight {
        stamp told;
        stamp last;
    };
    std::map<std::string, sight> known_;
};

} // namespace gatepost::app
