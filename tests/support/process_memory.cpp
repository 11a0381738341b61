#include <algorithm>
#include <cstdint>
#include <fcntl.h>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <support/process_memory.hpp>
#include <unistd.h>

namespace gatepost::test {
namespace {

struct part {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
};

// A line of /proc/PID/maps: "55d0-55f0 rw-p 0000 08:01 12 /usr/bin/program".
std::optional<part> writable_part(const std::string& line) {
    part found;
    std::size_t parsed = 0;
    found.begin = std::stoull(line, &parsed, 16);
    const auto rest = line.substr(parsed + 1);
    found.end = std::stoull(rest, &parsed, 16);
    return rest.at(parsed + 2) == 'w' ? std::optional(found) : std::nullopt;
}

// Gives bytes one after the other to whoever looks for something; a text that stands across two
// blocks is found too.
class searcher {
  public:
    explicit searcher(const std::string& text) : text_(text), search_(text_.begin(), text_.end()) {}

    std::size_t count(const std::string& bytes) {
        const auto all = left_ + bytes;
        std::size_t found = 0;
        for (auto at = std::search(all.begin(), all.end(), search_); at != all.end();
             at = std::search(at + 1, all.end(), search_)) {
            ++found;
        }
        left_ = all.substr(all.size() - std::min(all.size(), text_.size() - 1));
        return found;
    }

  private:
    std::string text_;
    std::boyer_moore_horspool_searcher<std::string::const_iterator> search_;
    std::string left_;
};

std::size_t times_in(int memory, const part& where, const std::string& text) {
    constexpr std::uint64_t block = 4'194'304;
    searcher looking(text);
    std::size_t found = 0;
    std::string bytes;
    for (auto at = where.begin; at < where.end; at += bytes.size()) {
        bytes.resize(std::min(block, where.end - at));
        const auto got = pread(memory, bytes.data(), bytes.size(), static_cast<off_t>(at));
        if (got <= 0) {
            break; // the kernel's own, or gone meanwhile
        }
        bytes.resize(static_cast<std::size_t>(got));
        found += looking.count(bytes);
    }
    return found;
}

} // namespace

std::optional<std::string> why_not_process_memory() {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return "a sanitizer's memory is too much to read";
#endif
#endif
    return geteuid() == 0 ? std::nullopt
                          : std::optional<std::string>("it takes root to read others' memory");
}

std::size_t times_in_memory(pid_t process, const std::string& text) {
    const auto of = "/proc/" + std::to_string(process);
    const int memory = open((of + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
    if (memory < 0) {
        throw std::runtime_error("cannot read the memory of process " + std::to_string(process));
    }
    std::ifstream parts(of + "/maps");
    std::size_t found = 0;
    for (std::string line; std::getline(parts, line);) {
        if (const auto writable = writable_part(line)) {
            found += times_in(memory, *writable, text);
        }
    }
    close(memory);
    return found;
}

} // namespace gatepost::test
