#include <gatepost/net/access_tokens.hpp>

#include <catch2/catch.hpp>

#include <string>
#include <utility>

using namespace gatepost;

namespace {

net::access_tokens accepting(const std::vector<std::string>& list) {
    std::vector<core::secret_string> secrets;
    for (const auto& each : list) {
        secrets.emplace_back(each);
    }
    return net::access_tokens(std::move(secrets));
}

} // namespace

TEST_CASE("access tokens: each of several is accepted, wherever it stands") {
    const auto tokens = accepting({"first", "second", "third"});
    const auto shown = GENERATE(as<std::string>(), "first", "second", "third");
    CHECK(tokens.accepts(shown));
}

TEST_CASE("access tokens: what is not wholly one of them is refused") {
    const auto tokens = accepting({"first", "second", std::string("with\0nul", 8)});
    const auto shown =
        GENERATE(as<std::string>(), "", "f", "firs", "firstt", "First", " first", "first ",
                 "firstsecond", "with", std::string("first\0", 6), std::string(100'000, 'f'));
    CHECK_FALSE(tokens.accepts(shown));
}

TEST_CASE("access tokens: none accepts nothing, and says that it is none") {
    CHECK(net::access_tokens().empty());
    CHECK_FALSE(net::access_tokens().accepts(""));
    CHECK_FALSE(net::access_tokens().accepts("first"));
    CHECK_FALSE(accepting({"first"}).empty());
}

TEST_CASE("access tokens: an empty token in the list opens nothing") {
    CHECK_FALSE(accepting({""}).accepts(""));
}

TEST_CASE("access tokens: a changed list is seen to have changed") {
    CHECK(accepting({"first", "second"}) == accepting({"first", "second"}));
    CHECK_FALSE(accepting({"first"}) == accepting({"second"}));
    CHECK_FALSE(accepting({"first"}) == accepting({"first", "second"}));
}
