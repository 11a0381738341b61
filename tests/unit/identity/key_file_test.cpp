#include <gatepost/core/text.hpp>
#include <gatepost/identity/error.hpp>
#include <gatepost/identity/key_file.hpp>

#include <catch2/catch.hpp>

#include <filesystem>
#include <iterator>
#include <support/command.hpp>
#include <sys/stat.h>

using namespace gatepost;
using identity::instance_key;
using identity::load_or_create_key;

namespace {

std::string hex(const identity::digest256& digest) {
    return core::to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

void write(const std::string& path, std::string_view text) {
    std::ofstream(path, std::ios::binary) << text;
}

std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

const std::string key_text = "00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff";

} // namespace

TEST_CASE("instance key: HMAC-SHA-256 as in RFC 4231") {
    const instance_key first(core::secret_string(std::string(20, '\x0b')));
    CHECK(hex(first.hmac("Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    const instance_key second(core::secret_string("Jefe"));
    CHECK(hex(second.hmac("what do ya want for nothing?")) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    const instance_key longer_than_a_block(core::secret_string(std::string(131, '\xaa')));
    CHECK(hex(longer_than_a_block.hmac("Test Using Larger Than Block-Size Key - Hash Key First")) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("instance key: agrees with openssl's command, every time and in every copy") {
    const test::temporary_directory directory;
    write(directory.file("key"), key_text);
    const auto key = load_or_create_key(directory.file("key")).value();
    const auto copy = key;
    for (const std::string value : {"", "email:abc", "ttp:2F7h37YkS1j57AYSKTI7IHhJPYH"}) {
        const auto output = test::output_of(
            "openssl dgst -sha256 -mac HMAC -macopt hexkey:" + key_text + " -r", value);
        CHECK(hex(key.hmac(value)) == output.substr(0, 64));
        CHECK(hex(copy.hmac(value)) == output.substr(0, 64));
    }
}

TEST_CASE("instance key: a derived key is the HMAC of its label, and one label is one key") {
    const instance_key key(core::secret_string("Jefe"));
    const auto derived = test::output_of("openssl dgst -sha256 -hmac Jefe -r", "derive:a label");
    const auto expected = test::output_of(
        "openssl dgst -sha256 -mac HMAC -macopt hexkey:" + derived.substr(0, 64) + " -r", "value");
    CHECK(hex(key.derive("a label").hmac("value")) == expected.substr(0, 64));
    CHECK(key.derive("a label").hmac("value") != key.derive("a labe").hmac("value"));
    CHECK(key.derive("a label").hmac("value") != key.hmac("value"));
}

TEST_CASE("key file: the first start makes a key of mode 0600, the second finds it") {
    const test::temporary_directory directory;
    const auto path = directory.file("identity.key");
    const auto before = umask(0277); // takes away even the owner's right to write
    const auto made = load_or_create_key(path);
    umask(before);
    REQUIRE(made.has_value());

    struct stat status {};
    REQUIRE(stat(path.c_str(), &status) == 0);
    CHECK((status.st_mode & 07777) == 0600);
    const auto text = read(path);
    CHECK(text.size() == 65);
    CHECK(text.back() == '\n');
    CHECK(identity::is_sha256_hex(text.substr(0, 64)));
    CHECK(load_or_create_key(path)->hmac("x") == made->hmac("x"));
    CHECK(read(path) == text);
    // Nothing else is left behind.
    CHECK(std::distance(std::filesystem::directory_iterator(directory.path()), {}) == 1);
}

TEST_CASE("key file: two instances have two keys") {
    const test::temporary_directory directory;
    CHECK(load_or_create_key(directory.file("a"))->hmac("x") !=
          load_or_create_key(directory.file("b"))->hmac("x"));
}

TEST_CASE("key file: a file that holds anything else is refused and kept") {
    const auto content =
        GENERATE_COPY(as<std::string>(), "", "\n", key_text.substr(1), key_text + "0",
                      key_text.substr(1) + "g", key_text + "\n" + key_text, std::string(300, 'a'));
    const test::temporary_directory directory;
    write(directory.file("key"), content);
    const auto result = load_or_create_key(directory.file("key"));
    REQUIRE(result.has_error());
    CHECK(result.error() == identity::errc::bad_key);
    CHECK(read(directory.file("key")) == content);
}

TEST_CASE("key file: white space around the key does not matter") {
    const test::temporary_directory directory;
    write(directory.file("key"), " " + key_text + "\r\n\n");
    CHECK(load_or_create_key(directory.file("key")).has_value());
}

TEST_CASE("key file: the file system's own errors are told") {
    const test::temporary_directory directory;
    CHECK(load_or_create_key(directory.file("none/key")).error() ==
          boost::system::errc::no_such_file_or_directory);
    CHECK(load_or_create_key(directory.path().string()).error() ==
          boost::system::errc::is_a_directory);
}
