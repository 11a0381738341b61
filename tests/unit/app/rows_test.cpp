#include "upload/chunk.hpp"
#include "upload/input.hpp"
#include "upload/rows.hpp"

#include <gatepost/core/json.hpp>

#include <catch2/catch.hpp>

#include <fcntl.h>
#include <fstream>
#include <memory>
#include <string>
#include <support/temporary_directory.hpp>
#include <unistd.h>
#include <vector>

using namespace gatepost;
using namespace gatepost::app;
using namespace std::string_literals;

namespace {

// A file with that text, read from its beginning.
class opened_file {
  public:
    explicit opened_file(const std::string& text) {
        std::ofstream(directory_.file("rows"), std::ios::binary) << text;
        descriptor_ = ::open(directory_.file("rows").c_str(), O_RDONLY | O_CLOEXEC);
        input_ = std::make_unique<upload_input>(descriptor_, text.size());
    }
    ~opened_file() { ::close(descriptor_); }
    opened_file(const opened_file&) = delete;
    opened_file& operator=(const opened_file&) = delete;

    core::input_result<std::unique_ptr<row_reader>> open(row_format format,
                                                         const row_defaults& otherwise = {}) {
        return open_rows(*input_, format, otherwise);
    }
    int descriptor() const { return descriptor_; }

  private:
    test::temporary_directory directory_;
    int descriptor_ = -1;
    std::unique_ptr<upload_input> input_;
};

std::vector<row> rows_of(const std::string& text, row_format format,
                         const row_defaults& otherwise = {}) {
    opened_file file(text);
    const auto reader = file.open(format, otherwise);
    INFO((reader.has_error() ? reader.error().message : ""));
    REQUIRE(reader.has_value());
    std::vector<row> all;
    while (auto next = (*reader)->next()) {
        all.push_back(std::move(*next));
    }
    return all;
}

std::string header_complaint(const std::string& text, const row_defaults& otherwise = {}) {
    opened_file file(text);
    const auto reader = file.open(row_format::csv, otherwise);
    REQUIRE(reader.has_error());
    return reader.error().message;
}

std::vector<chunk> chunks_from(row_reader& reader) {
    chunker source(reader);
    std::vector<chunk> all;
    while (auto next = source.next()) {
        all.push_back(std::move(*next));
    }
    return all;
}

// A file with rows of many sizes, blank lines, line breaks in quotes and bad lines.
std::string mixed_csv(int rows) {
    std::string text = "\xEF\xBB\xBF"
                       "event,event_id,description\r\n";
    for (int i = 0; i < rows; ++i) {
        const auto id = std::to_string(i);
        switch (i % 11) {
        case 3:
            text += "Purchase," + id + ",\"two\nlines\"\r\n";
            break;
        case 5:
            text += "\r\n";
            break;
        case 7:
            text += "Purchase," + id + "\n";
            break;
        case 9:
            text += "Purchase," + id + ",\"" + std::string(static_cast<std::size_t>(i) * 7, 'x') +
                    "\"\n";
            break;
        default:
            text += "Purchase," + id + ",\n";
        }
    }
    return text;
}

} // namespace

TEST_CASE("rows: CSV rows with their lines, without blank ones, behind a byte order mark") {
    const auto all = rows_of("\xEF\xBB\xBF"
                             "Event;E-Mail\r\nPurchase;a@b.example\r\n\r\n;;\n"
                             "\"Purchase\";\"c\nd\"\nLead;e",
                             row_format::csv);
    REQUIRE(all.size() == 3);
    CHECK(all[0].event == R"({"event":"Purchase","user":{"email":"a@b.example"}})");
    CHECK(all[0].begin.line == 2);
    CHECK(all[1].event == R"({"event":"Purchase","user":{"email":"c\nd"}})");
    CHECK(all[1].begin.line == 5);
    CHECK(all[2].event == R"({"event":"Lead","user":{"email":"e"}})");
    CHECK(all[2].begin.line == 7);
}

TEST_CASE("rows: a CSV row that cannot be read is named by its line, and the next ones are read") {
    struct kind {
        std::string line;
        std::string message;
    };
    const std::vector<kind> table{
        {"Purchase,a,b,c", "4 cells where the header has 2"},
        {"Purchase", "1 cells where the header has 2"},
        {"Purchase,\"a\"b", "text behind a closing quote"},
        {"Purchase,\"a", "text behind a closing quote"}, // the next quote closes it
        {"Purchase,\xFF", "not UTF-8; save the file as CSV in UTF-8"},
        {"Purchase,a"s + '\0', "a NUL byte"},
    };
    for (const auto& [line, message] : table) {
        INFO(line);
        const auto all = rows_of("event,email\n" + line + "\nLead,\"good\"\n", row_format::csv);
        REQUIRE(all.size() == 2);
        REQUIRE(all[0].fault);
        CHECK(all[0].fault->message == message);
        CHECK(all[0].fault->code == "bad_row");
        CHECK(all[0].event.empty());
        CHECK(all[0].begin.line == 2);
        CHECK_FALSE(all[1].fault);
        CHECK(all[1].event == R"({"event":"Lead","user":{"email":"good"}})");
    }
    const auto last = rows_of("event,email\nLead,a\nLead,\"b", row_format::csv);
    REQUIRE(last.size() == 2);
    REQUIRE(last[1].fault);
    CHECK(last[1].fault->message == "a quote is not closed");
}

TEST_CASE("rows: a quote that swallows more than a row can hold costs one line") {
    std::string text = "event,email\nLead,\"open\n";
    const std::size_t lines = 20'000;
    for (std::size_t i = 0; i < lines; ++i) {
        text += "Lead,somebody-" + std::to_string(i) + "@example.com\n";
    }
    const auto all = rows_of(text, row_format::csv);
    REQUIRE(all.size() == lines + 1);
    REQUIRE(all[0].fault);
    CHECK(all[0].fault->message == "longer than 256 KiB, or a quote is not closed");
    CHECK(all[lines].begin.line == lines + 2);
    CHECK(all[lines].event == R"({"event":"Lead","user":{"email":"somebody-19999@example.com"}})");
}

TEST_CASE("rows: a line of megabytes costs itself, in both formats") {
    const std::string long_text(3 * 1024 * 1024, 'x');
    const auto csv = rows_of("event,email\nLead," + long_text + "\nLead,a\n", row_format::csv);
    REQUIRE(csv.size() == 2);
    CHECK(csv[0].fault);
    CHECK(csv[1].begin.line == 3);
    const auto ndjson =
        rows_of("{\"event\":\"" + long_text + "\"}\n{\"event\":\"Lead\"}", row_format::ndjson);
    REQUIRE(ndjson.size() == 2);
    CHECK(ndjson[0].fault);
    CHECK(ndjson[1].event == R"({"event":"Lead"})");
    CHECK(ndjson[1].begin.line == 2);
}

TEST_CASE("rows: NDJSON lines go as they are, with what they lack") {
    const row_defaults otherwise{.event = "Lead", .pixel = "C1"};
    const auto all =
        rows_of("\xEF\xBB\xBF{\"event\":\"Purchase\",\"properties\":{\"value\":46.00}}\r\n\n"
                "{}\n{\"event\":null,\"event_source_id\":\"C2\"}",
                row_format::ndjson, otherwise);
    REQUIRE(all.size() == 3);
    CHECK(all[0].event == R"({"pixel":"C1","event":"Purchase","properties":{"value":46.00}})");
    CHECK(all[1].event == R"({"event":"Lead","pixel":"C1"})");
    CHECK(all[1].begin.line == 3);
    CHECK(all[2].event == R"({"event":null,"event_source_id":"C2"})");
    for (const auto& each : all) {
        CHECK(core::json::parse(each.event).has_value());
    }
}

TEST_CASE("rows: an NDJSON line that is no event is found before it spoils a request") {
    for (const auto& line :
         {"{\"event\":"s, "[]"s, "7"s, "{\"a\":1,\"a\":2}"s, "{\"a\":\"\xFF\"}"s}) {
        INFO(line);
        const auto all = rows_of(line + "\n{\"event\":\"Lead\"}\n", row_format::ndjson);
        REQUIRE(all.size() == 2);
        REQUIRE(all[0].fault);
        CHECK_FALSE(all[1].fault);
    }
}

TEST_CASE("rows: what is no CSV file of events is refused at once") {
    CHECK(header_complaint("") == "there is nothing in it");
    CHECK(header_complaint("email\nx\n") == "there is no column event and no --event");
    CHECK(header_complaint("\xFF\xFE"
                           "e\0v\0"s) == "this is UTF-16; save it as CSV in UTF-8");
    CHECK(header_complaint("event,\"email\nx") == "a quote is not closed");
    // Every row would have a member of that name.
    CHECK(header_complaint("event,properties.gr\xF6\xDF"
                           "e\nx,1\n") == "not UTF-8; save the file as CSV in UTF-8");
    CHECK(header_complaint("event,properties.a\0\nx,1\n"s) == "a NUL byte");
}

TEST_CASE("rows: chunks hold every row once, in order, and at most 500 rows and 1 MiB") {
    opened_file file(mixed_csv(6000));
    const auto reader = file.open(row_format::csv);
    REQUIRE(reader.has_value());
    const auto all = chunks_from(**reader);
    CHECK(all.size() > 6000 / chunker::most_rows);
    int expected = 0;
    std::uint64_t offset = 0;
    for (const auto& each : all) {
        CHECK(each.rows() <= chunker::most_rows);
        CHECK(each.body.size() <= chunker::most_bytes + chunker::most_rows);
        CHECK(each.begin.offset >= offset);
        offset = each.end.offset;
        std::string_view rest = each.body;
        for (std::size_t i = 0; i < each.lines.size(); ++i) {
            const auto line = rest.substr(0, rest.find('\n'));
            rest.remove_prefix(line.size() + 1);
            while (expected % 11 == 5 || expected % 11 == 7) {
                ++expected;
            }
            CHECK(core::json::parse(std::string(line))->root().find("event_id").text() ==
                  std::to_string(expected));
            ++expected;
        }
        CHECK(rest.empty());
    }
}

TEST_CASE("rows: from the end of any chunk the same chunks follow") {
    const auto text = mixed_csv(6000);
    opened_file file(text);
    const auto reader = file.open(row_format::csv);
    REQUIRE(reader.has_value());
    const auto all = chunks_from(**reader);
    REQUIRE(all.size() > 3);
    for (std::size_t from = 0; from + 1 < all.size(); ++from) {
        INFO(from);
        opened_file again(text);
        const auto later = again.open(row_format::csv);
        REQUIRE(later.has_value());
        (*later)->seek(all[from].end);
        const auto rest = chunks_from(**later);
        REQUIRE(rest.size() == all.size() - from - 1);
        for (std::size_t i = 0; i < rest.size(); ++i) {
            CHECK(rest[i].begin == all[from + 1 + i].begin);
            CHECK(rest[i].end == all[from + 1 + i].end);
            CHECK(rest[i].body == all[from + 1 + i].body);
            CHECK(rest[i].lines == all[from + 1 + i].lines);
        }
    }
}

TEST_CASE("fingerprint: one changed byte anywhere makes another one") {
    const std::string text(3'000'000, 'a');
    const auto of = [](const std::string& content) {
        const opened_file file(content);
        return fingerprint(file.descriptor(), content.size());
    };
    const auto whole = of(text);
    CHECK(of(text) == whole);
    for (const std::size_t at :
         {std::size_t{0}, std::size_t{1'048'575}, std::size_t{1'048'576}, std::size_t{2'999'999}}) {
        auto changed = text;
        changed[at] = 'b';
        CHECK(of(changed) != whole);
    }
    CHECK(of(text + "a") != whole);
    CHECK(of(text.substr(1)) != whole);
    CHECK(of("").size() == 64);
}

TEST_CASE("input: what is appended behind the end is not seen") {
    const opened_file file("event\nLead\nPurchase\n");
    upload_input input(file.descriptor(), 11);
    while (input.grow()) {
    }
    CHECK(input.window() == "event\nLead\n");
}
