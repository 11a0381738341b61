#include "box.hpp"

#include <gatepost/core/key_codec.hpp>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace gatepost::spool {
namespace {

constexpr char format = 1;
constexpr std::size_t name_size = 8;
constexpr std::size_t salt_size = 16;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t tag_size = 16;
constexpr std::size_t key_size = 32;
static_assert(1 + name_size + salt_size + nonce_size + tag_size == box_overhead);

// Random nonces of 96 bits are good for 2^32 boxes under one key (NIST SP 800-38D, section 8.3).
constexpr std::uint32_t boxes_of_a_salt = std::uint32_t(1) << 28;
// A file has a salt for each start of the daemon that wrote to it.
constexpr std::size_t most_opening = 8;
constexpr std::size_t most_sealing = 2;

void require(bool done) {
    if (!done) {
        throw std::runtime_error("OpenSSL failed at AES-256-GCM, HKDF or randomness");
    }
}

unsigned char* bytes(char* text) {
    return reinterpret_cast<unsigned char*>(text);
}
const unsigned char* bytes(const char* text) {
    return reinterpret_cast<const unsigned char*>(text);
}
int length(std::string_view text) {
    return static_cast<int>(text.size());
}

// Fetched once: a look-up by name costs more than a box.
const EVP_CIPHER* aes_gcm() {
    static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    require(fetched != nullptr);
    return fetched;
}

void append_random(std::string& out, std::size_t size) {
    const auto begin = out.size();
    out.resize(begin + size);
    require(RAND_bytes(bytes(out.data() + begin), static_cast<int>(size)) == 1);
}

// RFC 5869.
void derive(const core::secret_string& key, std::string_view salt,
            std::array<unsigned char, key_size>& derived) {
    struct freed {
        void operator()(EVP_KDF* one) const { EVP_KDF_free(one); }
        void operator()(EVP_KDF_CTX* one) const { EVP_KDF_CTX_free(one); }
    };
    const std::unique_ptr<EVP_KDF, freed> algorithm(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    require(algorithm != nullptr);
    const std::unique_ptr<EVP_KDF_CTX, freed> context(EVP_KDF_CTX_new(algorithm.get()));
    std::string digest = "SHA256";
    std::string info = "gatepost spool 1";
    std::string salted(salt);
    const auto secret = key.reveal();
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest.data(), digest.size()),
        // It is only read: OpenSSL's parameters have one type for both ways.
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, const_cast<char*>(secret.data()),
                                          secret.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, salted.data(), salted.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end()};
    require(context != nullptr &&
            EVP_KDF_derive(context.get(), derived.data(), derived.size(), parameters.data()) == 1);
}

// The context keeps the key and wipes it when it is freed; each box sets a nonce only.
EVP_CIPHER_CTX* make_context(const core::secret_string& key, std::string_view salt, bool seals) {
    std::array<unsigned char, key_size> derived{};
    derive(key, salt, derived);
    auto* const context = EVP_CIPHER_CTX_new();
    const bool done =
        context != nullptr && EVP_CipherInit_ex2(context, aes_gcm(), derived.data(), nullptr,
                                                 seals ? 1 : 0, nullptr) == 1;
    OPENSSL_cleanse(derived.data(), derived.size());
    if (!done) {
        EVP_CIPHER_CTX_free(context);
    }
    require(done);
    return context;
}

std::string_view key_of_salt(std::string_view name_and_salt) {
    return name_and_salt.substr(0, name_size);
}

void append_size(std::string& out, std::size_t size) {
    for (int shift = 24; shift >= 0; shift -= 8) {
        out += static_cast<char>(size >> shift & 0xff);
    }
}

std::optional<std::string_view> take_sized(std::string_view& rest) {
    if (rest.size() < 4) {
        return std::nullopt;
    }
    std::size_t size = 0;
    for (const auto c : rest.substr(0, 4)) {
        size = size << 8 | static_cast<unsigned char>(c);
    }
    rest.remove_prefix(4);
    if (size > rest.size()) {
        return std::nullopt;
    }
    const auto taken = rest.substr(0, size);
    rest.remove_prefix(size);
    return taken;
}

std::string authenticated(box_kind kind, const row_identity& row) {
    std::string out(1, static_cast<char>(kind));
    out.reserve(64 + row.variant.size() + row.controller.size());
    core::append_key(out, row.duplicate_key);
    core::append_word(out, static_cast<std::uint64_t>(row.received.time_since_epoch().count()));
    core::append_word(out, static_cast<std::uint64_t>(row.event_time.time_since_epoch().count()));
    append_size(out, row.variant.size());
    out += row.variant;
    out += row.controller;
    return out;
}

} // namespace

std::string pack(const personal& content) {
    std::string packed;
    packed.reserve(packed_overhead + content.event.size() + content.event_id.size() +
                   content.subjects.size() + content.evidence.size() + content.payload.size());
    for (const auto part : {content.event, content.event_id, content.subjects, content.evidence}) {
        append_size(packed, part.size());
        packed += part;
    }
    packed += content.payload;
    return packed;
}

std::optional<personal> unpack(std::string_view packed) {
    const auto event = take_sized(packed);
    const auto event_id = event ? take_sized(packed) : std::nullopt;
    const auto subjects = event_id ? take_sized(packed) : std::nullopt;
    const auto evidence = subjects ? take_sized(packed) : std::nullopt;
    if (!evidence) {
        return std::nullopt;
    }
    return personal{*event, *event_id, *subjects, *evidence, packed};
}

bool is_box(std::string_view begin) {
    return begin.size() >= box_head && begin.front() == format;
}

std::string_view key_of_box(std::string_view begin) {
    return begin.substr(1, name_size);
}

void boxes::freed::operator()(EVP_CIPHER_CTX* context) const {
    EVP_CIPHER_CTX_free(context);
}

void boxes::use(const key_ring& keys) {
    open_ = keys.followed_by(open_);
    given_ = keys;
}

void boxes::forget_older(const key_ring& needed) {
    open_ = given_.followed_by(needed);
    opening_.clear();
    std::erase_if(sealing_,
                  [this](const sealing& one) { return !knows(key_of_salt(one.name_and_salt)); });
}

std::string_view boxes::seals_under() const {
    const auto* key = given_.newest();
    return key == nullptr ? std::string_view() : key->name;
}

boxes::sealing& boxes::sealing_under(const key_ring::key& key) {
    const auto found = std::ranges::find_if(sealing_, [&](const sealing& one) {
        return one.name_and_salt.starts_with(key.name) && one.boxes < boxes_of_a_salt;
    });
    if (found != sealing_.end()) {
        return *found;
    }
    sealing made{.name_and_salt = key.name, .context = {}, .boxes = 0};
    append_random(made.name_and_salt, salt_size);
    made.context.reset(
        make_context(key.bytes, std::string_view(made.name_and_salt).substr(name_size), true));
    sealing_.push_front(std::move(made));
    if (sealing_.size() > most_sealing) {
        sealing_.pop_back();
    }
    return sealing_.front();
}

std::string boxes::seal(std::string_view key_name, box_kind kind, const row_identity& row,
                        std::string_view content) {
    auto& with = sealing_under(*open_.find(key_name));
    ++with.boxes;
    std::string box(1, format);
    box.reserve(box_overhead + content.size());
    box += with.name_and_salt;
    append_random(box, nonce_size);
    const auto head = box.size();
    box.resize(head + content.size() + tag_size);
    const auto beside = authenticated(kind, row);
    auto* const context = with.context.get();
    int size = 0;
    require(EVP_CipherInit_ex2(context, nullptr, nullptr, bytes(box.data() + head - nonce_size), 1,
                               nullptr) == 1 &&
            EVP_CipherUpdate(context, nullptr, &size, bytes(beside.data()), length(beside)) == 1 &&
            EVP_CipherUpdate(context, bytes(box.data() + head), &size, bytes(content.data()),
                             length(content)) == 1 &&
            EVP_CipherFinal_ex(context, bytes(box.data() + head), &size) == 1 &&
            EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, tag_size,
                                box.data() + head + content.size()) == 1);
    return box;
}

EVP_CIPHER_CTX* boxes::opening(std::string_view name_and_salt) {
    const auto found = std::ranges::find(opening_, name_and_salt, &keyed::name_and_salt);
    if (found != opening_.end()) {
        return found->context.get();
    }
    const auto* key = open_.find(key_of_salt(name_and_salt));
    if (key == nullptr) {
        return nullptr;
    }
    if (opening_.size() == most_opening) {
        opening_.pop_front();
    }
    keyed made{.name_and_salt = std::string(name_and_salt), .context = {}};
    made.context.reset(make_context(key->bytes, name_and_salt.substr(name_size), false));
    opening_.push_back(std::move(made));
    return opening_.back().context.get();
}

bool boxes::open(std::string_view box, box_kind kind, const row_identity& row,
                 std::string& content) {
    content.clear();
    if (decrypt(box, kind, row, content)) {
        return true;
    }
    content.clear(); // what does not authenticate is nothing
    if (on_damage_) {
        on_damage_();
    }
    return false;
}

bool boxes::decrypt(std::string_view box, box_kind kind, const row_identity& row,
                    std::string& content) {
    if (!is_box(box) || box.size() < box_overhead) {
        return false;
    }
    auto* const context = opening(box.substr(1, name_size + salt_size));
    if (context == nullptr) {
        return false;
    }
    auto rest = box.substr(1 + name_size + salt_size);
    const auto nonce = rest.substr(0, nonce_size);
    rest.remove_prefix(nonce_size);
    std::string tag(rest.substr(rest.size() - tag_size));
    rest.remove_suffix(tag_size);
    content.resize(rest.size());
    const auto beside = authenticated(kind, row);
    int size = 0;
    return EVP_CipherInit_ex2(context, nullptr, nullptr, bytes(nonce.data()), 0, nullptr) == 1 &&
           EVP_CipherUpdate(context, nullptr, &size, bytes(beside.data()), length(beside)) == 1 &&
           EVP_CipherUpdate(context, bytes(content.data()), &size, bytes(rest.data()),
                            length(rest)) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, tag_size, tag.data()) == 1 &&
           EVP_CipherFinal_ex(context, bytes(content.data()), &size) == 1;
}

} // namespace gatepost::spool
