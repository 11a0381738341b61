#include <filesystem>
#include <fstream>
#include <support/false_clock.hpp>

namespace gatepost::test {
namespace {

// Of the package libfaketime; for programs with threads.
std::string library() {
    for (const auto& each : std::filesystem::directory_iterator("/usr/lib")) {
        auto found = each.path() / "faketime" / "libfaketimeMT.so.1";
        if (std::filesystem::exists(found)) {
            return found.string();
        }
    }
    return "";
}

} // namespace

std::optional<std::string> false_clock::why_not() {
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
    return "libfaketime and the sanitizer ask each other for the time, for ever";
#endif
    return library().empty() ? std::optional<std::string>("libfaketime is not installed")
                             : std::nullopt;
}

false_clock::false_clock() {
    set(std::chrono::seconds(0));
}

std::map<std::string, std::string> false_clock::environment() const {
    return {{"LD_PRELOAD", library()},    {"FAKETIME_TIMESTAMP_FILE", directory_.file("offset")},
            {"FAKETIME_NO_CACHE", "1"},   {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
            {"FAKETIME_DONT_RESET", "1"}, {"FAKETIME_DISABLE_SHM", "1"}};
}

void false_clock::set(std::chrono::seconds ahead) const {
    const auto fresh = directory_.file("next");
    std::ofstream(fresh) << (ahead.count() < 0 ? "" : "+") << ahead.count() << '\n';
    std::filesystem::rename(fresh, directory_.file("offset")); // never half a file
}

} // namespace gatepost::test
