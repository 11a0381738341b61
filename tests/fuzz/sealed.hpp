// What must hold of what a pipeline made of a request, whatever the request was.
#pragma once

#include "lawful.hpp"
#include "pipelines.hpp"

#include <gatepost/core/text.hpp>
#include <gatepost/ingest/routes.hpp>
#include <gatepost/sandbox/validate.hpp>

#include <initializer_list>
#include <map>
#include <set>
#include <utility>

namespace gatepost::fuzz {

// What an event said before it was judged, as far as it must be found again, or must not.
struct asked {
    bool limited = false;
    std::set<std::string> secrets; // raw identifiers that TikTok may only get as hashes
};

inline std::vector<asked> asked_of(const event::batch& posted) {
    std::vector<asked> all;
    for (const auto& event : posted.events) {
        asked each;
        if (event) {
            each.limited = event->limited_data_use;
            const auto keep = [&each](std::string_view raw) {
                if (!identity::is_sha256_hex(raw)) {
                    each.secrets.emplace(raw);
                }
            };
            for (const auto* list :
                 {&event->who.emails, &event->who.phones, &event->who.external_ids}) {
                std::ranges::for_each(*list, keep);
            }
            keep(event->who.first_name);
            keep(event->who.last_name);
            keep(event->who.zip_code);
        }
        all.push_back(std::move(each));
    }
    return all;
}

inline core::json::document parsed(std::string_view text) {
    constexpr int deepest = 64;
    auto read = core::json::parse(std::string(text), deepest);
    check(read.has_value());
    return *std::move(read);
}

// What stands where hashes belong is a hash and nothing that was given.
inline void check_hashes(core::json::value user, const asked& of) {
    const auto look_at = [&of](core::json::value hash) {
        check(identity::is_sha256_hex(hash.text()) && core::lower(hash.text()) == hash.text() &&
              !of.secrets.contains(std::string(hash.text())));
    };
    for (const std::string_view name : {"email", "phone", "external_id"}) {
        check(!user.find(name) || user.find(name).size() > 0);
        user.find(name).each_element(look_at);
    }
    for (const std::string_view name : {"first_name", "last_name", "zip_code"}) {
        if (const auto hash = user.find(name)) {
            look_at(hash);
        }
    }
}

// pixels[].deny_events, deny_properties and send_ip.
inline void check_denied(core::json::value payload, const ingest::pixel& to) {
    const auto denied = [](const std::vector<std::string>& names, std::string_view name) {
        return std::ranges::find(names, name) != names.end();
    };
    check(!denied(to.deny_events, payload.find("event").text()));
    check(to.send_ip || !payload.find("user").find("ip"));
    const auto check_members = [&](core::json::value object) {
        object.each_member([&](std::string_view name, core::json::value) {
            check(!denied(to.deny_properties, name));
        });
    };
    check_members(payload.find("properties"));
    payload.find("properties").find("contents").each_element(check_members);
}

// TikTok would take the request for these events, as far as the sandbox knows it; and what may only
// go with limited_data_use does not go by Events API 1.0, which cannot say it.
inline void check_taken(const tiktok::event_set& to, std::span<const std::string_view> payloads,
                        bool any_limited) {
    const auto sent = tiktok::batch_request(to, core::secret_string("token"), payloads);
    const auto body = parsed(sent.body);
    const auto root = body.root();
    check(sent.body == tiktok::batch_body(to, payloads));
    if (sent.target == "/open_api/v1.3/event/track/") {
        check(to.api == tiktok::api::event || to.source != event::source::web || any_limited);
        check(!sandbox::find_fault(root) && root.find("data").size() == payloads.size());
    } else {
        check(to.api == tiktok::api::pixel && !any_limited);
        const bool alone = payloads.size() == 1;
        check(sent.target ==
              (alone ? "/open_api/v1.3/pixel/track/" : "/open_api/v1.3/pixel/batch/"));
        check(alone ? !sandbox::find_pixel_fault(root) : !sandbox::find_pixel_batch_fault(root));
        check(alone || root.find("batch").size() == payloads.size());
    }
}

inline void check_record(const core::record& record, const ingest::verdict& verdict,
                         const asked& before, const ingest::options& chosen) {
    const auto to = std::ranges::find(chosen.pixels, record.pixel, &ingest::pixel::id);
    check(to != chosen.pixels.end() && !to->observes && verdict.pixel == record.pixel);
    check(verdict.decision && verdict.decision->sends() && !verdict.error);
    check(!record.event_id.empty() && record.event_id == verdict.event_id);
    const auto youngest = std::chrono::floor<std::chrono::seconds>(now);
    check(record.event_time <= youngest &&
          record.event_time >= youngest - chosen.max_age.of(to->source));
    parsed(record.evidence);

    const auto kept = parsed(record.payload);
    const auto payload = kept.root();
    const bool limited = payload.find("limited_data_use").boolean() == true;
    check(payload.find("event").text() == record.event);
    check(limited == (before.limited || verdict.decision->action == consent::action::send_limited));
    check_hashes(payload.find("user"), before);
    check_denied(payload, *to);
    const std::string_view text = record.payload;
    check_taken(ingest::event_set_of(*to, record.variant), {&text, 1}, limited);
}

// Those that may share a request do so.
inline void check_together(const std::vector<core::sealed_record>& records,
                           const ingest::options& chosen) {
    std::map<std::pair<std::string, std::string>, std::vector<std::string_view>> batches;
    for (const auto& record : records) {
        batches[{record->pixel, record->variant}].push_back(record->payload);
    }
    for (const auto& [address, payloads] : batches) {
        const auto to = std::ranges::find(chosen.pixels, address.first, &ingest::pixel::id);
        const auto most = std::min(payloads.size(), tiktok::most_events(to->api));
        const auto first = std::span(payloads).first(most);
        const bool any_limited = std::ranges::any_of(first, [](std::string_view payload) {
            return parsed(payload).root().find("limited_data_use").boolean() == true;
        });
        check_taken(ingest::event_set_of(*to, address.second), first, any_limited);
    }
}

// Judges the request under the options that the byte chooses.
inline void check_judged(event::batch posted, std::uint8_t byte) {
    const choice chosen(byte);
    auto& pipeline = chosen_pipeline::of(chosen);
    const auto before = asked_of(posted);
    // Errors point into nothing, warnings repeat nothing; the texts of `judged` are its own.
    const auto judged = pipeline.judge(std::move(posted));
    check(judged.verdicts.size() == before.size());
    check_warnings(judged.warnings);
    std::size_t records = 0;
    for (std::size_t i = 0; i < before.size(); ++i) {
        const auto& verdict = judged.verdicts[i];
        check(verdict.error.has_value() == (verdict.outcome == ingest::outcome::rejected));
        check(verdict.decision.has_value() != verdict.error.has_value());
        check(verdict.record.has_value() == (verdict.outcome == ingest::outcome::queued));
        if (verdict.error) {
            check(is_path(verdict.error->path));
        } else {
            check_lawful(*verdict.decision, chosen.us_limited());
        }
        if (verdict.record) {
            check(*verdict.record == records++);
            check_record(*judged.records[*verdict.record], verdict, before[i], pipeline.options());
        }
    }
    check(judged.records.size() == records);
    check_together(judged.records, pipeline.options());
    parsed(ingest::write_answer(judged));
    parsed(ingest::write_explanation(judged, pipeline.options()));
}

} // namespace gatepost::fuzz
