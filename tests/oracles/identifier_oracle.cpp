// Reads what identifiers.mjs prints and compares it with what Gatepost would send to TikTok.
//
//   node identifiers.mjs 1 10000 | identifier_oracle identifiers 10000
#include "json_lines.hpp"

#include <gatepost/identity/user.hpp>

#include <algorithm>
#include <array>
#include <iostream>
#include <map>
#include <string>
#include <vector>

using namespace gatepost;
using core::json::value;
using identity::hashed_user;

namespace {

struct single {
    std::string_view name;
    std::string_view event::user::*given;
    std::string hashed_user::*sent;
};
constexpr std::array singles{
    single{"first_name", &event::user::first_name, &hashed_user::first_name},
    single{"last_name", &event::user::last_name, &hashed_user::last_name},
    single{"zip_code", &event::user::zip_code, &hashed_user::zip_code},
    single{"city", &event::user::city, &hashed_user::city},
    single{"state", &event::user::state, &hashed_user::state},
    single{"country", &event::user::country, &hashed_user::country},
    single{"locale", &event::user::locale, &hashed_user::locale},
    single{"idfa", &event::user::idfa, &hashed_user::idfa},
    single{"gaid", &event::user::gaid, &hashed_user::gaid},
    single{"idfv", &event::user::idfv, &hashed_user::idfv},
    single{"att_status", &event::user::att_status, &hashed_user::att_status},
};

struct listed {
    std::string_view name;
    std::vector<std::string_view> event::user::*given;
    std::vector<std::string> hashed_user::*sent;
};
constexpr std::array lists{
    listed{"email", &event::user::emails, &hashed_user::emails},
    listed{"external_id", &event::user::external_ids, &hashed_user::external_ids},
};

struct outcome {
    std::string sent; // "" for nothing
    std::vector<std::string> warnings;
};

outcome send(std::string_view kind, std::string_view text, identity::hasher& digest) {
    event::user given;
    outcome result;
    const auto run = [&] {
        return identity::hash_user(given, "", identity::options{}, digest, result.warnings);
    };
    if (const auto* one = std::ranges::find(singles, kind, &single::name); one != singles.end()) {
        given.*one->given = text;
        result.sent = run().*one->sent;
    } else if (const auto* some = std::ranges::find(lists, kind, &listed::name);
               some != lists.end()) {
        given.*some->given = {text};
        const auto sent = run().*some->sent;
        result.sent = sent.empty() ? std::string() : sent.front();
    } else {
        result.sent = "no such kind";
    }
    return result;
}

class comparison {
  public:
    void read(value line) {
        const auto kind = line.find("kind").text();
        const auto now = send(kind, line.find("given").text(), digest_);
        const auto expected = line.find("expected").text();
        const std::size_t warnings = !expected.empty() || line.find("silent") ? 0 : 1;
        ++lines_;
        sent_[std::string(kind)] += now.sent.empty() ? 0 : 1;
        if (now.sent != expected || now.warnings.size() != warnings) {
            if (++wrong_ <= 20) {
                core::json::writer out;
                out.copy(line);
                std::cerr << out.view() << "\n  sent: " << now.sent
                          << ", warnings: " << now.warnings.size() << '\n';
            }
        }
    }

    bool agrees(long wanted) const {
        std::cout << lines_ << " identifiers compared, " << wrong_ << " differ; sent:";
        for (const auto& [kind, number] : sent_) {
            std::cout << ' ' << kind << ' ' << number;
        }
        std::cout << '\n';
        return lines_ == wanted && wrong_ == 0 && sent_.size() == singles.size() + lists.size() &&
               std::ranges::all_of(sent_, [](const auto& one) { return one.second > 0; });
    }

  private:
    identity::hasher digest_;
    long lines_ = 0;
    long wrong_ = 0;
    std::map<std::string, long> sent_; // by kind
};

} // namespace

int main(int argc, char** argv) {
    return compare_json_lines<comparison>(argc, argv, "identifier_oracle identifiers LINES");
}
