#include <gatepost/core/text.hpp>
#include <gatepost/spool/key_ring.hpp>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace gatepost::spool {
namespace {

constexpr std::size_t key_size = 32;
constexpr std::size_t most_keys = 16;
constexpr std::size_t name_size = 8;

// The name stands in every box of the file: never change how it is made.
key_ring::key_name name_of(std::string_view key) {
    constexpr std::string_view label = "gatepost spool key name";
    struct freed {
        void operator()(EVP_MD_CTX* one) const { EVP_MD_CTX_free(one); }
    };
    const std::unique_ptr<EVP_MD_CTX, freed> context(EVP_MD_CTX_new());
    std::array<unsigned char, 32> digest{};
    if (!context || EVP_DigestInit_ex2(context.get(), EVP_sha256(), nullptr) != 1 ||
        EVP_DigestUpdate(context.get(), label.data(), label.size()) != 1 ||
        EVP_DigestUpdate(context.get(), key.data(), key.size()) != 1 ||
        EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1) {
        throw std::runtime_error("SHA-256 failed");
    }
    return {reinterpret_cast<const char*>(digest.data()), name_size};
}

// Empty for what is no key.
core::secret_string read_key(std::string_view line) {
    if (line.size() != 2 * key_size ||
        !std::ranges::all_of(line, [](char c) { return core::hex_value(c) >= 0; })) {
        return {};
    }
    std::string bytes;
    bytes.reserve(key_size); // so that no part of it is left behind by growing
    for (; !line.empty(); line.remove_prefix(2)) {
        bytes += static_cast<char>(core::hex_value(line[0]) * 16 + core::hex_value(line[1]));
    }
    return core::secret_string(std::move(bytes));
}

bool same_bytes(const key_ring::key& a, const key_ring::key& b) {
    const auto left = a.bytes.reveal();
    const auto right = b.bytes.reveal();
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

} // namespace

core::result<key_ring, std::string_view> key_ring::parse(std::string_view text) {
    auto keys = std::make_shared<std::vector<key>>();
    keys->reserve(most_keys);
    while (!text.empty()) {
        const auto line = core::trim(core::next_field(text, '\n'));
        if (line.empty() || line.front() == '#') {
            continue;
        }
        key one{.name = {}, .bytes = read_key(line)};
        if (one.bytes.empty()) {
            return std::string_view("a line is no key of 64 hex digits");
        }
        one.name = name_of(one.bytes.reveal());
        if (std::ranges::find(*keys, one.name, &key::name) != keys->end()) {
            return std::string_view("the same key stands there twice");
        }
        if (keys->size() == most_keys) {
            return std::string_view("there are more than 16 keys");
        }
        keys->push_back(std::move(one));
    }
    if (keys->empty()) {
        return std::string_view("there is no key in it");
    }
    key_ring made;
    made.keys_ = std::move(keys);
    return made;
}

key_ring key_ring::followed_by(const key_ring& others) const {
    if (others.empty() || keys_ == others.keys_) {
        return *this;
    }
    auto keys =
        keys_ ? std::make_shared<std::vector<key>>(*keys_) : std::make_shared<std::vector<key>>();
    std::ranges::copy_if(*others.keys_, std::back_inserter(*keys),
                         [this](const key& one) { return find(one.name) == nullptr; });
    key_ring made;
    made.keys_ = std::move(keys);
    return made;
}

const key_ring::key* key_ring::find(std::string_view name) const {
    if (empty()) {
        return nullptr;
    }
    const auto found = std::ranges::find(*keys_, name, &key::name);
    return found == keys_->end() ? nullptr : &*found;
}

bool operator==(const key_ring& a, const key_ring& b) {
    return a.size() == b.size() &&
           (a.empty() || std::ranges::equal(*a.keys_, *b.keys_, &same_bytes));
}

std::string shown(std::string_view key_name) {
    return core::to_hex(key_name);
}

} // namespace gatepost::spool
