#include <gatepost/consent/geoip.hpp>
#include <gatepost/core/text.hpp>

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <maxminddb.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace gatepost::consent {
namespace {

// Text, or "" for anything else.
template <class... Step>
std::string text_at(MMDB_entry_s entry, Step... path) {
    MMDB_entry_data_s found{};
    const int status = MMDB_get_value(&entry, &found, path..., nullptr);
    const bool is_text =
        status == MMDB_SUCCESS && found.has_data && found.type == MMDB_DATA_TYPE_UTF8_STRING;
    return is_text ? std::string(found.utf8_string, found.data_size) : std::string();
}

// `registered_country` is where the network's owner is registered, not where the visitor is: it
// does not stand in for a missing `country`.
std::string country_at(const MMDB_entry_s& entry) {
    return text_at(entry, "country", "iso_code");
}

// Databases of other things (networks' owners, anonymous proxies) open as well, and would leave
// every visitor's country unknown without a word. The first records are enough to tell.
bool holds_countries(const MMDB_s& database) {
    constexpr std::uint32_t enough = 100'000;
    MMDB_search_node_s node{};
    for (std::uint32_t i = 0; i < database.metadata.node_count && i < enough; ++i) {
        if (MMDB_read_node(&database, i, &node) != MMDB_SUCCESS) {
            return false;
        }
        const auto has_country = [](std::uint8_t type, const MMDB_entry_s& entry) {
            return type == MMDB_RECORD_TYPE_DATA && !country_at(entry).empty();
        };
        if (has_country(node.left_record_type, node.left_record_entry) ||
            has_country(node.right_record_type, node.right_record_entry)) {
            return true;
        }
    }
    return false;
}

// An address for MMDB_lookup_sockaddr. MMDB_lookup_string would take getaddrinfo's view of what an
// address is: "1" and "0x7f.1" are some to it.
union socket_address {
    sockaddr any;
    sockaddr_in v4;
    sockaddr_in6 v6;
};

std::optional<socket_address> parse_address(std::string_view text) {
    const std::string owned(core::trim(text)); // inet_pton wants its NUL
    socket_address address{.v6 = {}};
    if (::inet_pton(AF_INET, owned.c_str(), &address.v4.sin_addr) == 1) {
        address.v4.sin_family = AF_INET;
        return address;
    }
    in6_addr wide{};
    if (::inet_pton(AF_INET6, owned.c_str(), &wide) != 1) {
        return std::nullopt;
    }
    if (IN6_IS_ADDR_V4MAPPED(&wide)) {
        std::memcpy(&address.v4.sin_addr, &wide.s6_addr[12], sizeof address.v4.sin_addr);
        address.v4.sin_family = AF_INET;
    } else {
        address.v6.sin6_addr = wide;
        address.v6.sin6_family = AF_INET6;
    }
    return address;
}

// A copy in memory that nobody can change: the library maps the file, and one that is overwritten
// in its place (`cp new old`) would change decisions half-way, or end the program where it is cut
// off.
class private_copy {
  public:
    static core::result<private_copy, std::string> of(const std::string& file) {
        const int source = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
        if (source < 0) {
            return std::string(std::strerror(errno));
        }
        private_copy made(::memfd_create("geoip", MFD_CLOEXEC));
        const bool whole = made.descriptor_ >= 0 && made.fill(source);
        const int why = errno;
        ::close(source);
        if (!whole) {
            return std::string(std::strerror(why));
        }
        return made;
    }
    private_copy(private_copy&& other) noexcept
        : descriptor_(std::exchange(other.descriptor_, -1)) {}
    ~private_copy() {
        if (descriptor_ >= 0) {
            ::close(descriptor_);
        }
    }

    std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

  private:
    explicit private_copy(int descriptor) : descriptor_(descriptor) {}

    // NOLINTNEXTLINE(readability-make-member-function-const): it changes what the descriptor holds.
    bool fill(int source) {
        constexpr std::size_t at_once = 1 << 20;
        for (;;) {
            const auto copied = ::sendfile(descriptor_, source, nullptr, at_once);
            if (copied <= 0) {
                return copied == 0;
            }
        }
    }

    int descriptor_;
};

class maxmind_file final : public geoip {
  public:
    explicit maxmind_file(const MMDB_s& opened) : database_(opened) {}
    ~maxmind_file() override { MMDB_close(&database_); }
    maxmind_file(const maxmind_file&) = delete;
    maxmind_file& operator=(const maxmind_file&) = delete;

    std::optional<place> find(std::string_view address) const override {
        const auto parsed = parse_address(address);
        if (!parsed) {
            return std::nullopt;
        }
        int status = MMDB_SUCCESS;
        const auto found = MMDB_lookup_sockaddr(&database_, &parsed->any, &status);
        if (status != MMDB_SUCCESS || !found.found_entry) {
            return std::nullopt;
        }
        place at{country_at(found.entry), text_at(found.entry, "subdivisions", "0", "iso_code")};
        return at.country.empty() ? std::nullopt : std::optional(std::move(at));
    }

  private:
    MMDB_s database_;
};

} // namespace

core::result<std::shared_ptr<const geoip>, std::string> geoip::open(const std::string& file) {
    const auto copy = private_copy::of(file);
    if (copy.has_error()) {
        return copy.error();
    }
    MMDB_s database{};
    errno = 0;
    // The mapping keeps the copy.
    if (const int status = MMDB_open(copy->path().c_str(), MMDB_MODE_MMAP, &database);
        status != MMDB_SUCCESS) {
        // The library says no more of these two than that they happened.
        const bool of_the_system = status == MMDB_FILE_OPEN_ERROR || status == MMDB_IO_ERROR;
        return std::string(of_the_system && errno != 0 ? std::strerror(errno)
                                                       : MMDB_strerror(status));
    }
    auto opened = std::make_shared<const maxmind_file>(database);
    if (!holds_countries(database)) {
        return std::string("holds no countries (country.iso_code)");
    }
    return std::shared_ptr<const geoip>(std::move(opened));
}

} // namespace gatepost::consent
