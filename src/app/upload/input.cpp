#include "input.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/identity/hash.hpp>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <unistd.h>

namespace gatepost::app {
namespace {

constexpr std::size_t block = 64 * 1024;

} // namespace

bool upload_input::grow() {
    const auto reached = offset_ + window().size();
    const auto wanted = std::min<std::uint64_t>(block, end_ - std::min(end_, reached));
    if (begin_ >= block) {
        buffer_.erase(0, begin_);
        begin_ = 0;
    }
    const auto held = buffer_.size();
    buffer_.resize(held + wanted);
    ssize_t count = 0;
    do {
        count = ::read(descriptor_, buffer_.data() + held, wanted);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        const int failure = errno;
        buffer_.resize(held);
        throw std::system_error(failure, std::generic_category());
    }
    buffer_.resize(held + static_cast<std::size_t>(count));
    return count > 0;
}

void upload_input::drop(std::size_t bytes) {
    begin_ += bytes;
    offset_ += bytes;
}

void upload_input::seek(std::uint64_t offset) {
    if (::lseek(descriptor_, static_cast<off_t>(offset), SEEK_SET) < 0) {
        throw std::system_error(errno, std::generic_category());
    }
    buffer_.clear();
    begin_ = 0;
    offset_ = offset;
}

std::string fingerprint(int descriptor, std::uint64_t end) {
    constexpr std::size_t link = 1024 * 1024;
    upload_input from(descriptor, end);
    from.seek(0);
    identity::hasher digest;
    std::string chain;
    do {
        while (from.window().size() < link && from.grow()) {
        }
        const auto part = from.window().substr(0, link);
        chain = digest.hex(chain.append(part));
        from.drop(part.size());
    } while (!from.window().empty() || from.grow());
    return chain;
}

} // namespace gatepost::app
