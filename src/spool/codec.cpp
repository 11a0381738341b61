#include "codec.hpp"

#include <gatepost/core/key_codec.hpp>

namespace gatepost::spool {
namespace {

// Row header, id, times, sizes and duplicate key.
constexpr std::uint64_t row_overhead = 64;

} // namespace

std::string encode_subjects(std::span<const core::subject_key> subjects) {
    std::string out;
    out.reserve(subjects.size() * core::subject_bytes);
    for (const auto& subject : subjects) {
        core::append_subject(out, subject);
    }
    return out;
}

std::vector<core::subject_key> decode_subjects(std::string_view bytes) {
    std::vector<core::subject_key> subjects;
    subjects.reserve(bytes.size() / core::subject_bytes);
    for (; bytes.size() >= core::subject_bytes; bytes.remove_prefix(core::subject_bytes)) {
        if (const auto subject = core::read_subject(bytes)) {
            subjects.push_back(*subject);
        }
    }
    return subjects;
}

std::uint64_t stored_size(const core::record& content) {
    return row_overhead + content.event.size() + content.event_id.size() +
           content.controller.size() + content.variant.size() + content.payload.size() +
           content.evidence.size() + content.subjects.size() * core::subject_bytes;
}

} // namespace gatepost::spool
