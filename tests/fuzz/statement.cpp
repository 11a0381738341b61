// Whatever an application says about a visitor is read or refused, the same way every time; what
// was read stays readable, and neither errors nor warnings show what was sent.

#include "check.hpp"

#include <gatepost/event/statement.hpp>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

using namespace gatepost;
using fuzz::check;
using fuzz::is_path;

namespace {

// Every byte that the views point at, so that a dangling one does not go unseen.
std::size_t length_of(const event::statement& said) {
    std::string all(said.marketing);
    all.append(said.about.pixel);
    const auto& from = said.about.from;
    for (const auto text : {from.cookie, from.ip, from.user_agent, from.country, from.region}) {
        all.append(text);
    }
    for (const auto& [name, value] : from.headers) {
        all.append(name).append(value);
    }
    const auto& who = said.about.who;
    for (const auto* list : {&who.emails, &who.phones, &who.external_ids}) {
        for (const auto text : *list) {
            all.append(text);
        }
    }
    for (const auto text :
         {who.phone_region, who.ttclid, who.ttp, who.ip, who.user_agent, who.att_status}) {
        all.append(text);
    }
    return all.size();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string body(reinterpret_cast<const char*>(data), size);
    auto read = event::decode_statement(body);
    const auto again = event::decode_statement(body);
    check(read.has_error() == again.has_error());
    if (!read) {
        constexpr std::array<std::string_view, 3> codes{"invalid_json", "invalid_body",
                                                        "invalid_statement"};
        const auto& error = read.error();
        check(std::ranges::find(codes, error.code) != codes.end());
        check(is_path(error.path) && error.path == again.error().path);
        check(error.message == again.error().message);
        return 0;
    }
    check(read->warnings == again->warnings);
    fuzz::check_warnings(read->warnings);
    check(!read->at || read->at->time_since_epoch().count() >= 0);
    const auto kept = std::move(*read);
    check(length_of(kept) == length_of(*again));
    return 0;
}
