// The configuration's version: what the audit trail says a decision was made under.

#include "loading.hpp"

#include <fstream>
#include <support/command.hpp>
#include <support/temporary_directory.hpp>

using namespace gatepost;

TEST_CASE("version: the first 12 hex digits of the text's SHA-256, as sha256sum says it") {
    const auto text = GENERATE(as<std::string>(), test::least, test::least + "# a comment\n",
                               test::least + "log: {level: debug}\n");
    const auto expected = test::output_of("sha256sum", text).substr(0, 12);
    const auto read = test::load(text);
    CHECK(read.version == expected);
    CHECK(read.ingest.config_version == expected);

    const test::temporary_directory directory;
    std::ofstream(directory.file("gatepost.yaml"), std::ios::binary) << text;
    const auto loaded =
        config::load_file(directory.file("gatepost.yaml"), config::secrets::ignore).value();
    CHECK(loaded.version == expected);
}
