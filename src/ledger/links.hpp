// The files beside the lines of the audit trail: which line belongs to which visitor. Records of
// one size, so that a visitor can be taken out by overwriting.
//
// A record is link (16 bytes), subject key (17) and controller (8): 41 bytes. All zero: erased.
// Written files are read by later versions: never change it.
#pragma once

#include "file.hpp"

#include <gatepost/core/ids.hpp>
#include <gatepost/core/key_codec.hpp>
#include <gatepost/core/result.hpp>
#include <gatepost/core/sealed_record.hpp>

#include <boost/unordered/unordered_flat_set.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace gatepost::ledger {

constexpr std::size_t link_bytes = core::key_bytes + core::subject_bytes + 8;

using link_set = boost::unordered_flat_set<core::key128, core::key128_hash>;

// A visitor within a controller, which stands here as a fingerprint of its name.
struct linked_subject {
    std::uint64_t controller = 0;
    std::vector<core::subject_key> keys;
};

void append_link(std::string& out, const core::key128& link, const core::subject_key& key,
                 std::uint64_t controller);

// The links of a visitor among the first `bytes` of a file: those of any of the keys.
core::result<link_set> find_links(const file& from, std::uint64_t bytes,
                                  const linked_subject& whose);
// Overwrites all records of these links among the first `bytes`, those of keys that were not asked
// for too: else the line could still be led back by them. `in` must not be open for appending:
// Linux would append what is written at an offset.
core::error_code erase_links(file& in, std::uint64_t bytes, const link_set& links);

} // namespace gatepost::ledger
