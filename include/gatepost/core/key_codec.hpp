// How keys stand in the daemon's files. What is written here is read by later versions: never
// change it.
#pragma once

#include <gatepost/core/ids.hpp>
#include <gatepost/core/sealed_record.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatepost::core {

// Most significant byte first.
void append_word(std::string& out, std::uint64_t word);
std::uint64_t read_word(std::string_view bytes); // the first 8

// 16 bytes, high before low.
constexpr std::size_t key_bytes = 16;
void append_key(std::string& out, const key128& key);
key128 read_key(std::string_view bytes);

// The kind (1 byte) and the digest.
constexpr std::size_t subject_bytes = 1 + key_bytes;
void append_subject(std::string& out, const subject_key& subject);
// nullopt for too few bytes or a kind that there is not.
std::optional<subject_key> read_subject(std::string_view bytes);

// A map's hash of a subject key. The kind went into the digest already.
struct subject_key_hash {
    using is_avalanching = void;
    std::size_t operator()(const subject_key& subject) const noexcept {
        return key128_hash()(subject.digest);
    }
};

} // namespace gatepost::core
