// An audit trail in a directory of its own, with a clock that the test turns.
#pragma once

#include <gatepost/core/json.hpp>
#include <gatepost/ledger/audit.hpp>
#include <gatepost/ledger/registry.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <future>
#include <memory>
#include <string>
#include <support/fake_clock.hpp>
#include <support/temporary_directory.hpp>
#include <vector>

namespace gatepost::test {

inline constexpr auto sample_evidence =
    R"({"decision":{"action":"send"},"jurisdiction":{"regime":"opt_in"},"findings":[],)"
    R"("config":"0123456789ab"})";

class audit_fixture {
  public:
    audit_fixture() { chosen.directory = directory.file("audit"); }

    core::result<std::unique_ptr<ledger::audit>> try_open() {
        return ledger::audit::open(chosen, key, clock, metrics);
    }
    void open() {
        audit.reset();
        auto opened = try_open();
        REQUIRE(opened.has_value());
        audit = std::move(*opened);
    }

    static core::subject_key
    subject(std::uint64_t n, core::subject_key::kind kind = core::subject_key::kind::email) {
        return {kind, {n, ~n}};
    }
    // A line "order-<n>" of a visitor known by these keys.
    void append(int n, std::vector<core::subject_key> subjects,
                const std::string& controller = "shop") {
        const auto event_id = "order-" + std::to_string(n);
        const ledger::audit_entry entry{.outcome = "delivered",
                                        .pixel = "PIXEL",
                                        .event = "Purchase",
                                        .event_id = event_id,
                                        .controller = controller,
                                        .evidence = sample_evidence,
                                        .subjects = subjects,
                                        .received = clock.wall(),
                                        .request_id = "R1",
                                        .code = 0};
        audit->append({&entry, 1});
    }

    template <class Answer, class Ask>
    core::result<Answer> wait_for(Ask&& ask) {
        std::promise<core::result<Answer>> told;
        ask([&](core::result<Answer> given) { told.set_value(std::move(given)); });
        return told.get_future().get();
    }
    core::result<std::size_t> erase(std::vector<core::subject_key> keys,
                                    const std::string& controller = "shop") {
        return wait_for<std::size_t>(
            [&](auto finished) { audit->erase(controller, std::move(keys), std::move(finished)); });
    }
    // The ids of a visitor's lines.
    std::vector<std::string> find(std::vector<core::subject_key> keys,
                                  const std::string& controller = "shop", std::size_t most = 1000) {
        const auto found = wait_for<std::vector<std::string>>([&](auto finished) {
            audit->find(controller, std::move(keys), most, std::move(finished));
        });
        REQUIRE(found.has_value());
        return ids(*found);
    }
    std::vector<std::string> read(core::wall_time since = {}) const {
        std::vector<std::string> lines;
        REQUIRE_FALSE(ledger::read_audit(chosen.directory, since, [&](std::string_view line) {
            lines.emplace_back(line);
            return true;
        }));
        return lines;
    }
    static core::json::document parse(const std::string& line) {
        auto parsed = core::json::parse(line);
        REQUIRE(parsed.has_value());
        return std::move(*parsed);
    }
    // event_id of each line, or its outcome.
    static std::vector<std::string> ids(const std::vector<std::string>& lines) {
        std::vector<std::string> all;
        for (const auto& line : lines) {
            const auto document = parse(line);
            const auto id = document.root().find("event_id");
            all.emplace_back((id ? id : document.root().find("outcome")).text());
        }
        return all;
    }

    std::string file(const std::string& name) const { return chosen.directory + "/" + name; }
    std::vector<std::string> files() const {
        std::vector<std::string> names;
        for (const auto& entry : std::filesystem::directory_iterator(chosen.directory)) {
            names.push_back(entry.path().filename().string());
        }
        std::ranges::sort(names);
        return names;
    }
    static std::string content(const std::string& path) {
        std::ifstream in(path, std::ios::binary);
        return {std::istreambuf_iterator<char>(in), {}};
    }
    void add_bytes(const std::string& name, const std::string& bytes) const {
        std::ofstream(file(name), std::ios::binary | std::ios::app) << bytes;
    }
    std::string lost() const {
        const auto text = metrics.render();
        const auto at = text.find("\ngatepost_audit_lines_lost_total ");
        REQUIRE(at != std::string::npos);
        const auto line = text.substr(at + 1, text.find('\n', at + 1) - at - 1);
        return line.substr(line.rfind(' ') + 1);
    }

    temporary_directory directory;
    fake_clock clock;
    observe::metrics metrics{{"PIXEL"}};
    std::string secret = std::string(32, 'k');
    identity::instance_key key{core::secret_string(secret)};
    ledger::audit_options chosen;
    std::unique_ptr<ledger::audit> audit;
};

using strings = std::vector<std::string>;

} // namespace gatepost::test
