#include "tally.hpp"

#include "printable.hpp"

#include <gatepost/core/json.hpp>
#include <gatepost/core/text.hpp>

#include <algorithm>
#include <numeric>
#include <sstream>
#include <string_view>
#include <utility>

namespace gatepost::app {
namespace {

constexpr std::string_view events_prefix = "/events/";

// "/events/12/user/phone: ..." -> "/user/phone: ...": the same for every row.
std::string_view inside_event(std::string_view path) {
    if (!path.starts_with(events_prefix)) {
        return path;
    }
    path.remove_prefix(
        std::min(path.find_first_not_of("0123456789", events_prefix.size()), path.size()));
    constexpr std::string_view of_the_event = ": ";
    path.remove_prefix(path.starts_with(of_the_event) ? of_the_event.size() : 0);
    return path;
}

void add_warning(std::string_view text, tally& to) {
    constexpr std::size_t most_kinds = 50;
    const auto kind = inside_event(text);
    // Every row has an id of its place in the file; nobody has to give it to a pixel.
    if (kind.starts_with("/event_id: absent")) {
        return;
    }
    if (const auto known = to.warnings.find(kind); known != to.warnings.end()) {
        ++known->second;
    } else if (to.warnings.size() < most_kinds) {
        to.warnings.emplace(kind, 1);
    } else {
        ++to.warnings["other warnings"];
    }
}

bool add_result(core::json::value result, std::uint64_t line, tally& to,
                std::vector<rejected_row>& rejected) {
    const auto outcome = result.find("outcome").text();
    if (outcome == "queued") {
        ++to.queued;
    } else if (outcome == "duplicate") {
        ++to.duplicate;
    } else if (outcome == "observed") {
        ++to.observed;
    } else if (outcome == "dropped") {
        ++to.dropped[std::string(result.find("decision").find("rule").text())];
    } else if (outcome == "rejected") {
        const auto error = result.find("error");
        rejected.push_back(
            {line, core::input_error(std::string(error.find("code").text()),
                                     std::string(error.find("message").text()),
                                     std::string(inside_event(error.find("path").text())))});
    } else {
        return false;
    }
    return true;
}

std::vector<std::pair<std::string, std::uint64_t>>
most_first(const std::map<std::string, std::uint64_t, std::less<>>& counts) {
    std::vector<std::pair<std::string, std::uint64_t>> sorted(counts.begin(), counts.end());
    std::ranges::stable_sort(sorted, std::ranges::greater(),
                             &std::pair<std::string, std::uint64_t>::second);
    return sorted;
}

} // namespace

std::uint64_t tally::all_dropped() const {
    return std::accumulate(dropped.begin(), dropped.end(), std::uint64_t{0},
                           [](auto sum, const auto& each) { return sum + each.second; });
}

std::uint64_t tally::rows() const {
    return queued + duplicate + observed + rejected + all_dropped();
}

bool add_answer(const std::string& body, const chunk& about, tally& to,
                std::vector<rejected_row>& rejected) {
    const auto parsed = core::json::parse(body);
    if (!parsed) {
        return false;
    }
    const auto results = parsed->root().find("results");
    if (results.size() != about.lines.size()) {
        return false;
    }
    auto sum = to;
    std::vector<rejected_row> refused;
    for (std::size_t i = 0; i < about.lines.size(); ++i) {
        if (!add_result(results.at(i), about.lines[i], sum, refused)) {
            return false;
        }
    }
    parsed->root().find("warnings").each_element([&](core::json::value each) {
        add_warning(each.text(), sum);
    });
    to = std::move(sum);
    to.rejected += refused.size();
    std::ranges::move(refused, std::back_inserter(rejected));
    return true;
}

std::string summary(const tally& of) {
    std::ostringstream out;
    out << of.rows() << " rows: " << of.queued << " queued, " << of.all_dropped() << " dropped, "
        << of.duplicate << " duplicate, " << of.rejected << " rejected";
    if (of.observed > 0) {
        out << ", " << of.observed << " observed";
    }
    out << '\n';
    for (const auto& [rule, count] : most_first(of.dropped)) {
        out << "dropped by " << printable(rule) << ": " << count << '\n';
    }
    for (const auto& [text, count] : most_first(of.warnings)) {
        out << "warning, " << count << (count == 1 ? " row: " : " rows: ") << printable(text)
            << '\n';
    }
    // The usual reason why nothing of a first file arrives.
    if (of.queued + of.duplicate + of.observed == 0 && of.dropped.contains("opt-in-default")) {
        out << "No row says that its customer agreed: add the columns consent and consent_at, or "
               "consent_token (docs/consent.md).\n";
    }
    return std::move(out).str();
}

} // namespace gatepost::app
