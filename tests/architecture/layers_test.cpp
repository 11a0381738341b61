// The include rule: docs/architecture.md says which layer may use which, the sources obey.

#include <gatepost/core/text.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <string>
#include <vector>

using namespace gatepost;
namespace fs = std::filesystem;

namespace {

const fs::path root = GATEPOST_SOURCE_DIR;

// The rows of the table under "## Layers": layer -> layers it may use.
std::map<std::string, std::set<std::string>> read_table() {
    std::ifstream document(root / "docs" / "architecture.md");
    std::map<std::string, std::set<std::string>> table;
    bool inside = false;
    for (std::string line; std::getline(document, line);) {
        if (line.starts_with("## ")) {
            inside = line == "## Layers";
        }
        if (!inside || !line.starts_with("| `")) {
            continue;
        }
        std::string_view rest = line;
        core::next_field(rest, '`');
        const std::string layer(core::next_field(rest, '`'));
        core::next_field(rest, '|');
        core::next_field(rest, '|');
        std::string_view uses = core::next_field(rest, '|');
        auto& allowed = table[layer];
        allowed = {"core", layer};
        while (!uses.empty()) {
            const auto name = core::trim(core::next_field(uses, ','));
            if (name != "–") {
                allowed.emplace(name);
            }
        }
    }
    return table;
}

// The layers whose public headers a file includes, and whether it reaches for a private header of
// another layer.
std::vector<std::string> included_layers(const fs::path& file, const std::string& layer) {
    std::ifstream source(file);
    std::vector<std::string> layers;
    for (std::string line; std::getline(source, line);) {
        constexpr std::string_view start = "#include <gatepost/";
        if (line.starts_with(start)) {
            std::string_view path = std::string_view(line).substr(start.size());
            layers.emplace_back(core::next_field(path, '/'));
        } else if (line.starts_with("#include \"")) {
            std::string_view rest = line;
            core::next_field(rest, '"');
            const std::string path(core::next_field(rest, '"'));
            const bool own =
                fs::exists(file.parent_path() / path) || fs::exists(root / "src" / layer / path);
            if (!own || path.starts_with("..")) {
                layers.push_back("a private header of another layer");
            }
        }
    }
    return layers;
}

} // namespace

TEST_CASE("architecture: no layer includes one that the table does not allow") {
    const auto table = read_table();
    REQUIRE(table.size() == 16);
    std::size_t files = 0;
    for (const auto* const place : {"include/gatepost", "src"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / place)) {
            const auto file = fs::relative(entry.path(), root / place);
            if (!entry.is_regular_file() || file.begin() == --file.end() ||
                (file.extension() != ".cpp" && file.extension() != ".hpp")) {
                continue;
            }
            const auto layer = file.begin()->string();
            CAPTURE(file.string());
            REQUIRE(table.contains(layer));
            ++files;
            for (const auto& used : included_layers(entry.path(), layer)) {
                CAPTURE(used);
                CHECK(table.at(layer).contains(used));
            }
        }
    }
    CHECK(files > 100);
}

TEST_CASE("architecture: every layer of the table may use only layers above it") {
    std::ifstream document(root / "docs" / "architecture.md");
    const auto table = read_table();
    std::set<std::string> above{"core"};
    for (std::string line; std::getline(document, line);) {
        if (!line.starts_with("| `")) {
            continue;
        }
        std::string_view rest = line;
        core::next_field(rest, '`');
        const std::string layer(core::next_field(rest, '`'));
        above.insert(layer);
        if (table.contains(layer)) {
            for (const auto& used : table.at(layer)) {
                CAPTURE(layer, used);
                CHECK(above.contains(used));
            }
        }
    }
}

TEST_CASE("architecture: one file alone includes RapidJSON, and one CLI11") {
    std::map<std::string, std::set<std::string>> users;
    for (const auto* const place : {"include/gatepost", "src"}) {
        for (const auto& entry : fs::recursive_directory_iterator(root / place)) {
            if (!entry.is_regular_file()) {
                continue;
            }
            std::ifstream source(entry.path());
            for (std::string line; std::getline(source, line);) {
                for (const std::string library : {"rapidjson/", "CLI/", "sqlite3.h"}) {
                    if (line.starts_with("#include <" + library)) {
                        users[library].insert(entry.path().stem().string());
                    }
                }
            }
        }
    }
    CHECK(users["rapidjson/"] == std::set<std::string>{"json"});
    CHECK(users["CLI/"] == std::set<std::string>{"cli"});
    CHECK(users["sqlite3.h"] == std::set<std::string>{"database"});
}
