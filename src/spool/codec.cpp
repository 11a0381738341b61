#include "codec.hpp"

namespace gatepost::spool {
namespace {

// Row header, id, times, sizes and duplicate key.
constexpr std::uint64_t row_overhead = 64;

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

} // namespace

void append_key(std::string& out, const core::key128& key) {
    append_word(out, key.high);
    append_word(out, key.low);
}

core::key128 read_key(std::string_view bytes) {
    if (bytes.size() < key_bytes) {
        return {}; // a damaged file
    }
    return {read_word(bytes), read_word(bytes.substr(8))};
}

std::string encode_subjects(std::span<const core::subject_key> subjects) {
    std::string out;
    out.reserve(subjects.size() * (1 + key_bytes));
    for (const auto& subject : subjects) {
        out += static_cast<char>(subject.type);
        append_key(out, subject.digest);
    }
    return out;
}

std::vector<core::subject_key> decode_subjects(std::string_view bytes) {
    constexpr auto one = 1 + key_bytes;
    std::vector<core::subject_key> subjects;
    subjects.reserve(bytes.size() / one);
    for (; bytes.size() >= one; bytes.remove_prefix(one)) {
        subjects.push_back({static_cast<core::subject_key::kind>(bytes.front()),
                            read_key(bytes.substr(1, key_bytes))});
    }
    return subjects;
}

std::uint64_t stored_size(const core::record& content) {
    return row_overhead + content.event.size() + content.event_id.size() +
           content.controller.size() + content.payload.size() + content.evidence.size() +
           content.subjects.size() * (1 + key_bytes);
}

} // namespace gatepost::spool
