#include "file_watch.hpp"

#include <sys/stat.h>
#include <utility>

namespace gatepost::app {

bool file_watch::look(const std::string& path, stamp& into) {
    struct stat found {};
    if (::stat(path.c_str(), &found) != 0) {
        return false;
    }
    constexpr std::int64_t second = 1'000'000'000;
    into = {found.st_dev, found.st_ino, found.st_size,
            found.st_ctim.tv_sec * second + found.st_ctim.tv_nsec};
    return true;
}

void file_watch::watch(const std::vector<std::string>& paths) {
    std::map<std::string, sight> now;
    for (const auto& path : paths) {
        const auto before = known_.find(path);
        now[path] = before == known_.end() ? sight{} : before->second;
    }
    known_ = std::move(now);
}

bool file_watch::changed() {
    bool any = false;
    for (auto& [path, known] : known_) {
        stamp now;
        if (!look(path, now)) {
            continue;
        }
        if (now != known.told && now == known.last) {
            known.told = now;
            any = true;
        }
        known.last = now;
    }
    return any;
}

} // namespace gatepost::app
