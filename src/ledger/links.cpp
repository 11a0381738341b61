#include "links.hpp"

#include <algorithm>
#include <string_view>

namespace gatepost::ledger {
namespace {

constexpr std::size_t records_at_once = 4096;

// Calls visit(offset, record) for each whole record among the first `bytes`, until it gives an
// error.
template <class Visit>
core::error_code each_record(const file& from, std::uint64_t bytes, Visit&& visit) {
    std::string held;
    for (std::uint64_t offset = 0; offset + link_bytes <= bytes; offset += held.size()) {
        const auto whole = (bytes - offset) / link_bytes;
        held.resize(std::min<std::uint64_t>(records_at_once, whole) * link_bytes);
        const auto got = from.read(offset, held);
        if (!got) {
            return got.error();
        }
        held.resize(*got / link_bytes * link_bytes);
        if (held.empty()) {
            break;
        }
        for (std::size_t at = 0; at < held.size(); at += link_bytes) {
            if (const auto failure =
                    visit(offset + at, std::string_view(held).substr(at, link_bytes))) {
                return failure;
            }
        }
    }
    return {};
}

} // namespace

void append_link(std::string& out, const core::key128& link, const core::subject_key& key,
                 std::uint64_t controller) {
    core::append_key(out, link);
    core::append_subject(out, key);
    core::append_word(out, controller);
}

core::result<link_set> find_links(const file& from, std::uint64_t bytes,
                                  const linked_subject& whose) {
    link_set found;
    const auto failure = each_record(from, bytes, [&](std::uint64_t, std::string_view record) {
        const auto key = core::read_subject(record.substr(core::key_bytes));
        if (key &&
            core::read_word(record.substr(core::key_bytes + core::subject_bytes)) ==
                whose.controller &&
            std::ranges::find(whose.keys, *key) != whose.keys.end()) {
            found.insert(core::read_key(record));
        }
        return core::error_code();
    });
    if (failure) {
        return failure;
    }
    return found;
}

core::error_code erase_links(file& in, std::uint64_t bytes, const link_set& links) {
    const std::string zeros(link_bytes, '\0');
    return each_record(in, bytes, [&](std::uint64_t offset, std::string_view record) {
        return links.contains(core::read_key(record)) ? in.write(offset, zeros)
                                                      : core::error_code();
    });
}

} // namespace gatepost::ledger
