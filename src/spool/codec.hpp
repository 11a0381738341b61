// How a record's subject keys stand in the file. What is written here is read by later versions:
// never change it.
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

// Each subject key is its kind (1 byte) and its digest (16 bytes).
std::string encode_subjects(std::span<const core::subject_key> subjects);
// What is none (a damaged file) is left out.
std::vector<core::subject_key> decode_subjects(std::string_view bytes);

// What a record counts towards spool.max_bytes: what it carries and a fixed share for its numbers.
std::uint64_t stored_size(const core::record& content);

} // namespace gatepost::spool
