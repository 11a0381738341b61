#include <gatepost/core/key_codec.hpp>

namespace gatepost::core {

void append_word(std::string& out, std::uint64_t word) {
    for (int shift = 56; shift >= 0; shift -= 8) {
        out += static_cast<char>(word >> shift);
    }
}

std::uint64_t read_word(std::string_view bytes) {
    std::uint64_t word = 0;
    for (const char c : bytes.substr(0, 8)) {
        word = word << 8 | static_cast<unsigned char>(c);
    }
    return word;
}

void append_key(std::string& out, const key128& key) {
    append_word(out, key.high);
    append_word(out, key.low);
}

key128 read_key(std::string_view bytes) {
    if (bytes.size() < key_bytes) {
        return {}; // a damaged file
    }
    return {read_word(bytes), read_word(bytes.substr(8))};
}

void append_subject(std::string& out, const subject_key& subject) {
    out += static_cast<char>(subject.type);
    append_key(out, subject.digest);
}

std::optional<subject_key> read_subject(std::string_view bytes) {
    using kind = subject_key::kind;
    if (bytes.size() < subject_bytes) {
        return std::nullopt;
    }
    const auto type = static_cast<kind>(bytes.front());
    if (type < kind::email || type > kind::ttclid) {
        return std::nullopt;
    }
    return subject_key{type, read_key(bytes.substr(1))};
}

} // namespace gatepost::core
