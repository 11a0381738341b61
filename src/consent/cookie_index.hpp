// Cookie names that mean something to the policy, each with a slot: one look-up per cookie, however
// many rules there are.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatepost::consent {

class cookie_index {
  public:
    // The slot of a name, made when it is new. Names are case-sensitive (RFC 6265 section 5.4).
    std::uint16_t exact(std::string_view name);
    // The slot of all names that begin with `prefix`, go on, and end with `suffix`.
    std::uint16_t prefix(std::string_view prefix, std::string_view suffix = "");

    std::size_t slots() const { return slots_; }

    // Calls visit(slot) for each slot a cookie's name belongs to.
    template <class Visit>
    void look_up(std::string_view name, Visit&& visit) const {
        if ((lengths_[first_of(name)] & length_bit(name)) != 0) {
            if (const auto found = exact_.find(name); found != exact_.end()) {
                visit(found->second);
            }
        }
        if (begins_family_[first_of(name)]) {
            for (const auto& family : families_) {
                if (name.starts_with(family.prefix) && belongs(name, family)) {
                    visit(family.slot);
                }
            }
        }
    }

  private:
    struct text_hash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };
    struct family {
        std::string prefix;
        std::string suffix;
        std::uint16_t slot;
    };
    static std::size_t first_of(std::string_view name) {
        return name.empty() ? 0 : static_cast<unsigned char>(name.front());
    }
    static std::uint64_t length_bit(std::string_view name) {
        return std::uint64_t{1} << (name.size() % 64);
    }
    static bool belongs(std::string_view name, const family& to);

    std::unordered_map<std::string, std::uint16_t, text_hash, std::equal_to<>> exact_;
    std::vector<family> families_;
    // Most cookies of a site are not known. By first byte: a bit for the length (modulo 64) of each
    // known name, and whether a family begins so.
    std::array<std::uint64_t, 256> lengths_{};
    std::array<bool, 256> begins_family_{};
    std::uint16_t slots_ = 0;
};

// Whether a text can be the name of a cookie: visible ASCII without '=' and ';'. (RFC 6265 section
// 4.1.1 says token, but real names hold ':'.)
bool is_cookie_name(std::string_view text);

} // namespace gatepost::consent
