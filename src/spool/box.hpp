// What of a row is personal, encrypted: event, event_id, subjects, evidence and payload in one box;
// and what the upstream said of a dead letter, which may repeat what it was sent, in another.
//
// A box is opened by a key and the rest of its row, and by nothing else: a file that is copied or
// salvaged keeps all it needs. What is written here is read by later versions: never change it.
//
//   format       1 byte   0x01
//   key name     8        which key (key_ring.hpp)
//   salt        16        the box's own key is HKDF-SHA-256 (RFC 5869) of the key and this,
//                         with the info "gatepost spool 1"
//   nonce       12        random
//   ciphertext            AES-256-GCM (NIST SP 800-38D)
//   tag         16
//
// Authenticated beside it: what the box is for, and the columns of its row that stand in the clear
// and never change, so that a box in another row does not open.
#pragma once

#include <gatepost/core/clock.hpp>
#include <gatepost/core/ids.hpp>
#include <gatepost/spool/key_ring.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

struct evp_cipher_st;
struct evp_cipher_ctx_st;

namespace gatepost::spool {

// The columns that a box is bound to.
struct row_identity {
    core::key128 duplicate_key;
    core::wall_time received;
    std::chrono::sys_seconds event_time;
    std::string_view variant;
    std::string_view controller;
};

// What a record's box holds.
struct personal {
    std::string_view event;
    std::string_view event_id;
    std::string_view subjects; // as codec.hpp encodes them
    std::string_view evidence;
    std::string_view payload;
};
std::string pack(const personal& content);
// Views into `packed`; nullopt for what is none.
std::optional<personal> unpack(std::string_view packed);

enum class box_kind : std::uint8_t { record = 1, message = 2 };

// How much longer a box is than what is put into it, and than what stands in the columns of a
// record without one.
constexpr std::size_t box_overhead = 1 + 8 + 16 + 12 + 16;
constexpr std::size_t packed_overhead = 4 * 4;

// Whether it can be a box, and the name of its key. Asked of its first bytes alone, the size is not
// looked at.
constexpr std::size_t box_head = 1 + 8;
bool is_box(std::string_view begin);
std::string_view key_of_box(std::string_view begin);

// Seals under one key and opens under several. For one thread at a time.
class boxes {
  public:
    // Seals under the newest of `keys` from now on, or not at all without any. Keys that were given
    // before go on opening, until forget_older() leaves those of the last use() and of `needed`.
    void use(const key_ring& keys);
    void forget_older(const key_ring& needed = {});
    // Called whenever a box does not open.
    void on_damage(std::function<void()> notify) { on_damage_ = std::move(notify); }

    // The key that it seals under, "" for none.
    std::string_view seals_under() const;
    bool knows(std::string_view key_name) const { return open_.find(key_name) != nullptr; }

    // `content` is not empty, the key is known.
    std::string seal(std::string_view key_name, box_kind kind, const row_identity& row,
                     std::string_view content);
    // False for what was not sealed so: for another row, under a key that is not known, or damaged.
    bool open(std::string_view box, box_kind kind, const row_identity& row, std::string& content);

  private:
    bool decrypt(std::string_view box, box_kind kind, const row_identity& row,
                 std::string& content);
    struct freed {
        void operator()(evp_cipher_ctx_st* context) const;
    };
    // A cipher with the key of one salt in it.
    struct keyed {
        std::string name_and_salt;
        std::unique_ptr<evp_cipher_ctx_st, freed> context;
    };
    struct sealing {
        std::string name_and_salt;
        std::unique_ptr<evp_cipher_ctx_st, freed> context;
        std::uint32_t boxes = 0;
    };
    sealing& sealing_under(const key_ring::key& key);
    evp_cipher_ctx_st* opening(std::string_view name_and_salt);
    key_ring given_;
    key_ring open_;
    std::deque<sealing> sealing_; // a few keys, each with its salt of the moment
    std::deque<keyed> opening_;   // the last salts that were asked for
    std::function<void()> on_damage_;
};

} // namespace gatepost::spool
