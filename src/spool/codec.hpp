// How keys stand in the file. What is written here is read by later versions: never change it.
#pragma once

#include <gatepost/core/ids.hpp>
#include <gatepost/core/sealed_record.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatepost::spool {

// A key is 16 bytes, high before low, most significant byte first.
constexpr std::size_t key_bytes = 16;
void append_key(std::string& out, const core::key128& key);
// The key at the front of `bytes`; zero when they are too few.
core::key128 read_key(std::string_view bytes);

// Each subject key is its kind (1 byte) and its digest (16 bytes).
std::string encode_subjects(std::span<const core::subject_key> subjects);
// An incomplete one at the end (a damaged file) is left out.
std::vector<core::subject_key> decode_subjects(std::string_view bytes);

// What a record counts towards spool.max_bytes: what it carries and a fixed share for its numbers.
std::uint64_t stored_size(const core::record& content);

} // namespace gatepost::spool
