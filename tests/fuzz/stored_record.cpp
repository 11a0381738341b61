// Whatever stands in a row of the spool is read within its bounds. What is encrypted opens under
// its key and in its own row, as it was sealed, and never otherwise: no byte changed or missing, no
// other row, no other key, no other kind of box.

#include "box.hpp"
#include "check.hpp"
#include "codec.hpp"
#include "event_row.hpp"

#include <gatepost/core/key_codec.hpp>
#include <gatepost/sqlite/database.hpp>

#include <array>
#include <cstdint>
#include <fuzzer/FuzzedDataProvider.h>
#include <string>

using namespace gatepost;
using fuzz::check;
using spool::box_kind;

namespace {

spool::key_ring ring_of(std::string_view keys) {
    auto ring = spool::key_ring::parse(keys);
    check(ring.has_value());
    return std::move(*ring);
}

const std::string one_key(64, '1');
const std::string other_key(64, '2');

// The texts and numbers of a row, as a disk may give them.
struct columns {
    explicit columns(FuzzedDataProvider& from) {
        constexpr std::size_t longest = 200;
        for (auto& number : numbers) {
            number = from.ConsumeIntegral<std::int64_t>();
        }
        for (auto& text : texts) {
            text = from.ConsumeRandomLengthString(longest);
        }
    }

    std::array<std::int64_t, 3> numbers{}; // id, received, event_time
    // event, event_id, controller, subjects, evidence, payload, variant, duplicate key, box
    std::array<std::string, 9> texts;
};

spool::row_identity identity_of(const columns& row) {
    const auto& key = row.texts[7];
    return {.duplicate_key = key.size() == core::key_bytes ? core::read_key(key) : core::key128(),
            .received = core::wall_time(std::chrono::milliseconds(row.numbers[1])),
            .event_time = std::chrono::sys_seconds(std::chrono::seconds(row.numbers[2])),
            .variant = row.texts[6],
            .controller = row.texts[2]};
}

spool::personal content_of(const columns& row) {
    return {.event = row.texts[0],
            .event_id = row.texts[1],
            .subjects = row.texts[3],
            .evidence = row.texts[4],
            .payload = row.texts[5]};
}

bool is_same(const spool::personal& one, const spool::personal& other) {
    return one.event == other.event && one.event_id == other.event_id &&
           one.subjects == other.subjects && one.evidence == other.evidence &&
           one.payload == other.payload;
}

// Rows that no table holds: what a statement gives is what it was asked with.
class rows {
  public:
    rows() : database_(opened()), query_(database_.prepare(query())) {}

    bool read(const columns& given, std::string_view box, spool::event_row& row,
              spool::boxes& keys) {
        const auto& [event, event_id, controller, subjects, evidence, payload, variant,
                     duplicate_key, unused] = given.texts;
        query_.with(given.numbers[0], given.numbers[1], given.numbers[2], std::string_view(event),
                    std::string_view(event_id), std::string_view(controller),
                    sqlite::blob{subjects}, std::string_view(evidence), std::string_view(payload),
                    std::string_view(variant), sqlite::blob{duplicate_key}, sqlite::blob{box});
        check(query_.next());
        return row.read(query_, keys);
    }
    void done() { query_.reset(); }

  private:
    static sqlite::database opened() {
        auto made = sqlite::database::open(":memory:", sqlite::database::access::read_write);
        check(made.has_value());
        return std::move(*made);
    }
    static std::string query() {
        std::string text = "SELECT ?";
        for (int i = 1; i < spool::event_columns_end; ++i) {
            text += ",?";
        }
        return text;
    }

    sqlite::database database_;
    sqlite::statement query_;
};

// What is none is left out, what is one stays.
void check_subjects(std::string_view bytes) {
    const auto read = spool::decode_subjects(bytes);
    check(read.size() <= bytes.size() / core::subject_bytes);
    const auto again = spool::encode_subjects(read);
    check(spool::decode_subjects(again) == read);
}

void check_packing(const columns& row, std::string_view input) {
    const auto packed = spool::pack(content_of(row));
    const auto unpacked = spool::unpack(packed);
    check(unpacked && is_same(*unpacked, content_of(row)));
    if (const auto any = spool::unpack(input)) {
        check(spool::pack(*any) == input);
    }
}

void check_row(const columns& given, spool::boxes& keys) {
    static rows table;
    spool::event_row row;
    check(table.read(given, "", row, keys));
    check(row.id() == given.numbers[0] && is_same(row.content(), content_of(given)));
    check(row.subjects() == spool::decode_subjects(given.texts[3]));
    table.done();

    // What nobody sealed does not open.
    if (const auto& box = given.texts[8]; !box.empty()) {
        check(!table.read(given, box, row, keys));
        check(row.content().payload.empty() && row.subjects().empty());
        table.done();
    }
    const auto box = keys.seal(keys.seals_under(), box_kind::record, identity_of(given),
                               spool::pack(content_of(given)));
    check(table.read(given, box, row, keys) && is_same(row.content(), content_of(given)));
    check(row.subjects() == spool::decode_subjects(given.texts[3]));
    table.done();
}

void check_box(const columns& given, spool::boxes& keys, FuzzedDataProvider& from) {
    const auto content = spool::pack(content_of(given));
    const auto identity = identity_of(given);
    const auto box = keys.seal(keys.seals_under(), box_kind::record, identity, content);
    check(box.size() == content.size() + spool::box_overhead && spool::is_box(box));
    check(spool::key_of_box(box) == keys.seals_under());
    std::string opened;
    check(keys.open(box, box_kind::record, identity, opened) && opened == content);
    check(!keys.open(box, box_kind::message, identity, opened) && opened.empty());

    auto changed = box;
    changed[from.ConsumeIntegralInRange<std::size_t>(0, box.size() - 1)] ^=
        static_cast<char>(1 << from.ConsumeIntegralInRange(0, 7));
    check(!keys.open(changed, box_kind::record, identity, opened) && opened.empty());
    const auto cut = from.ConsumeIntegralInRange<std::size_t>(0, box.size() - 1);
    check(!keys.open(box.substr(0, cut), box_kind::record, identity, opened) && opened.empty());
    check(!keys.open(box + '\0', box_kind::record, identity, opened) && opened.empty());

    auto elsewhere = identity;
    elsewhere.duplicate_key.low ^= 1;
    check(!keys.open(box, box_kind::record, elsewhere, opened));
    elsewhere = identity;
    const auto controller = std::string(identity.controller) + "x";
    elsewhere.controller = controller;
    check(!keys.open(box, box_kind::record, elsewhere, opened));
    // Nor when the border between two columns is somewhere else.
    const auto moved = std::string(identity.variant) + "x";
    elsewhere.variant = moved;
    elsewhere.controller = identity.controller;
    check(!keys.open(box, box_kind::record, elsewhere, opened));
}

void check_keys(const columns& given) {
    spool::boxes keys;
    keys.use(ring_of(one_key));
    const auto content = spool::pack(content_of(given));
    const auto identity = identity_of(given);
    const auto box = keys.seal(keys.seals_under(), box_kind::record, identity, content);
    std::string opened;
    keys.use(ring_of(other_key));
    check(keys.open(box, box_kind::record, identity, opened) && opened == content);
    check(keys.seals_under() != spool::key_of_box(box));
    keys.forget_older();
    check(!keys.knows(spool::key_of_box(box)));
    check(!keys.open(box, box_kind::record, identity, opened) && opened.empty());
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static auto keys = [] {
        spool::boxes made;
        made.use(ring_of(one_key + "\n" + other_key));
        return made;
    }();
    const std::string_view input(reinterpret_cast<const char*>(data), size);
    FuzzedDataProvider from(data, size);
    const columns given(from);
    check_subjects(input);
    check_packing(given, input);
    check_row(given, keys);
    check_box(given, keys, from);
    check_keys(given);
    return 0;
}
