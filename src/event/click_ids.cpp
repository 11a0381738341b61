#include <gatepost/core/text.hpp>
#include <gatepost/event/blank.hpp>
#include <gatepost/event/click_ids.hpp>
#include <gatepost/event/page_url.hpp>

#include <algorithm>
#include <utility>

namespace gatepost::event {
namespace {

bool is_usable(std::string_view id, std::size_t longest) {
    return id.size() <= longest && !is_blank(id);
}

// Decoded text may hold any bytes, and TikTok refuses a batch with invalid UTF-8 as a whole.
bool is_usable_find(std::string_view id, std::size_t longest) {
    return is_usable(id, longest) &&
           std::ranges::all_of(id, [](char c) { return c > ' ' && c < '\x7f'; });
}

constexpr std::size_t max_others = 16;

// One id on the way through its places, the best first.
class search {
  public:
    search(std::size_t longest, std::string& chosen, std::vector<std::string>& others)
        : longest_(longest), chosen_(chosen), others_(others) {}

    void given(std::string_view id) {
        if (is_usable(id, longest_)) {
            take(std::string(id));
        }
    }
    void found(std::string id) {
        if (is_usable_find(id, longest_)) {
            take(std::move(id));
        }
    }

  private:
    void take(std::string id) {
        if (chosen_.empty()) {
            chosen_ = std::move(id);
        } else if (id != chosen_ && others_.size() < max_others &&
                   std::ranges::find(others_, id) == others_.end()) {
            others_.push_back(std::move(id));
        }
    }

    std::size_t longest_;
    std::string& chosen_;
    std::vector<std::string>& others_;
};

// Calls visit(value) for each cookie of this very name.
template <class Visit>
void each_cookie(std::string_view header, std::string_view name, Visit&& visit) {
    while (!header.empty()) {
        auto value = core::next_field(header, ';');
        if (core::trim(core::next_field(value, '=')) == name) {
            visit(core::trim(value));
        }
    }
}

void find_ttclid(const inbound& event, search to) {
    constexpr std::string_view name = "ttclid";
    to.given(core::trim(event.who.ttclid));
    if (auto found = query_value(event.where.url, name)) {
        to.found(*std::move(found));
    }
    if (auto found = query_value(event.where.referrer, name)) {
        // Another site's address may carry another visitor's click.
        const auto host = host_of(event.where.url);
        if (!host.empty() && host == host_of(event.where.referrer)) {
            to.found(*std::move(found));
        }
    }
    each_cookie(event.from.cookie, name,
                [&](std::string_view value) { to.found(core::percent_decode(value)); });
}

void find_ttp(const inbound& event, search to) {
    to.given(core::trim(event.who.ttp));
    each_cookie(event.from.cookie, "_ttp",
                [&](std::string_view value) { to.found(std::string(value)); });
}

} // namespace

click_ids find_click_ids(const inbound& event) {
    click_ids ids;
    find_ttclid(event, {max_ttclid, ids.ttclid, ids.other_ttclids});
    find_ttp(event, {max_ttp, ids.ttp, ids.other_ttps});
    return ids;
}

} // namespace gatepost::event
