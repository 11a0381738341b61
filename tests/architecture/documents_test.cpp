// The documents that name tests: whoever renames or removes one is told here.

#include <gatepost/core/text.hpp>

#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>

using namespace gatepost;
namespace fs = std::filesystem;

namespace {

const fs::path root = GATEPOST_SOURCE_DIR;

std::string read(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Every second part of a text: what stands between quotes or backticks.
template <class Found>
void each_quoted(std::string_view text, char quote, Found found) {
    core::next_field(text, quote);
    while (!text.empty()) {
        found(core::next_field(text, quote));
        core::next_field(text, quote);
    }
}

// As CTest has them: of Catch the program, which is called as its folder is, and the name.
std::set<std::string> known_tests() {
    std::set<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(root / "tests")) {
        const bool catch2 = entry.path().extension() == ".cpp";
        if (!catch2 && entry.path().filename() != "CMakeLists.txt") {
            continue;
        }
        auto program = fs::relative(entry.path().parent_path(), root / "tests").string();
        std::ranges::replace(program, '/', '_');
        const auto text = read(entry.path());
        const std::string begin = catch2 ? "\nTEST_CASE" : "add_test(NAME ";
        for (auto at = text.find(begin); at != text.npos; at = text.find(begin, at)) {
            at += begin.size();
            const auto declared = text.substr(
                at, (catch2 ? text.find(") {", at) : text.find_first_of(" \n", at)) - at);
            std::string name = catch2 ? program + ": " : declared;
            each_quoted(declared, '"', [&](auto piece) { name += piece; });
            names.insert(name);
        }
    }
    return names;
}

} // namespace

TEST_CASE("documents: every test that they name is there") {
    const std::string name = GENERATE("reliability.md", "security.md");
    CAPTURE(name);
    const auto known = known_tests();
    std::ifstream document(root / "docs" / name);
    bool listing = false; // inside a table whose last column is "tests"
    std::size_t named = 0;
    for (std::string line; std::getline(document, line);) {
        listing = line.ends_with("| tests |") || (listing && line.starts_with("|"));
        if (!listing) {
            continue;
        }
        const auto cells = std::string_view(line).substr(0, line.size() - 1);
        each_quoted(cells.substr(cells.rfind('|')), '`', [&](auto test) {
            ++named;
            CAPTURE(test);
            CHECK(known.contains(std::string(test)));
        });
    }
    CHECK(named > 50);
}
