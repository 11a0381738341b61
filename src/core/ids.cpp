#include <gatepost/core/ids.hpp>
#include <gatepost/core/text.hpp>

#include <array>
#include <cerrno>
#include <sys/random.h>
#include <system_error>

namespace gatepost::core {

std::string random_id() {
    std::array<char, 16> bytes{};
    // Up to 256 bytes come in one piece once the kernel's pool is ready (getrandom(2)).
    while (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
        if (errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "getrandom");
        }
    }
    return to_hex({bytes.data(), bytes.size()});
}

} // namespace gatepost::core
