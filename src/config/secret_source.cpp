#include "secret_source.hpp"

#include "file_text.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <cstdlib>
#include <utility>

namespace gatepost::config {
namespace {

using read_result = core::result<core::secret_string, std::string_view>;

read_result obey(core::secret_string secret, secret_rule rule) {
    if (const auto fault = rule(secret.reveal()); !fault.empty()) {
        return fault;
    }
    return secret;
}

read_result read_variable(const std::string& name, secret_rule rule) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') {
        return std::string_view("this environment variable is not set");
    }
    return obey(core::secret_string(value), rule);
}

} // namespace

std::string_view fault_of_token(std::string_view secret) {
    const bool fits = std::ranges::all_of(secret, [](char c) { return c > ' ' && c < 0x7f; });
    return fits ? "" : "the token holds characters that no token has";
}

std::string_view fault_of_credentials(std::string_view secret) {
    if (std::ranges::any_of(secret, [](unsigned char c) { return c < ' ' || c == 0x7f; })) {
        return "expected a single line without control characters";
    }
    return secret.find(':') == std::string_view::npos ? "expected user:password" : "";
}

secret_source::secret_source(section& from, const std::string& name)
    : file_key_(name + "_file"), variable_key_(name + "_env") {
    from.text(file_key_, file_);
    from.text(variable_key_, variable_);
}

std::optional<core::secret_string> secret_source::read(section& from, secrets allowed,
                                                       secret_rule rule) const {
    if (file_.empty() == variable_.empty()) {
        from.wrong(file_key_, "give one of " + file_key_ + " and " + variable_key_);
        return std::nullopt;
    }
    if (allowed == secrets::ignore) {
        return core::secret_string();
    }
    auto found = file_.empty() ? read_variable(variable_, rule) : read_secret_file(file_, rule);
    if (found.has_error()) {
        from.wrong(file_.empty() ? variable_key_ : file_key_, std::string(found.error()));
        return std::nullopt;
    }
    return std::move(*found);
}

read_result read_secret_file(const std::string& path, secret_rule rule) {
    auto text = read_file(path);
    if (!text) {
        return std::string_view("the file cannot be read");
    }
    core::secret_string found{std::string(core::trim(*text))};
    core::wipe(*text);
    if (found.empty()) {
        return std::string_view("the file is empty");
    }
    return obey(std::move(found), rule);
}

} // namespace gatepost::config
