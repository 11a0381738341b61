#include "secret_source.hpp"

#include "taken_variable.hpp"

#include <gatepost/core/text.hpp>

#include <algorithm>
#include <sys/stat.h>

namespace gatepost::config {
namespace {

using read_result = core::result<core::secret_string, std::string_view>;

core::secret_string trimmed(const core::secret_string& text) {
    return core::secret_string(std::string(core::trim(text.reveal())));
}

} // namespace

read_result parse_token(std::string_view text) {
    if (!std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; })) {
        return std::string_view("the token holds characters that no token has");
    }
    return core::secret_string(std::string(text));
}

read_result parse_credentials(std::string_view text) {
    if (std::ranges::any_of(text, [](unsigned char c) { return c < ' ' || c == 0x7f; })) {
        return std::string_view("expected a single line without control characters");
    }
    if (text.find(':') == std::string_view::npos) {
        return std::string_view("expected user:password");
    }
    return core::secret_string(std::string(text));
}

read_result secret_text(const std::string& file, core::secret_file kind) {
    const auto text = core::read_secret(file, core::longest_secret, kind);
    if (text.has_error()) {
        return std::string_view(text.error() == boost::system::errc::not_supported
                                    ? "this is no regular file (a pipe or a device)"
                                    : "the file cannot be read");
    }
    auto found = trimmed(*text);
    if (found.empty()) {
        return std::string_view("the file is empty");
    }
    return found;
}

read_result variable_text(const std::string& name) {
    auto found = trimmed(taken_variable(name));
    if (found.empty()) {
        return std::string_view("this environment variable is not set");
    }
    return found;
}

secret_source::secret_source(section& from, const std::string& name)
    : file_key_(name + "_file"), variable_key_(name + "_env") {
    from.text(file_key_, file_);
    from.text(variable_key_, variable_);
}

bool secret_source::one_is_given(section& from) const {
    if (file_.empty() != variable_.empty()) {
        return true;
    }
    from.wrong(file_key_, "give one of " + file_key_ + " and " + variable_key_);
    return false;
}

void secret_source::advise(section& from, secret_reading& how) const {
    if (!file_.empty()) {
        advise_about_mode(from, file_key_, file_, how);
    }
}

void advise_about_mode(section& from, const std::string& key, const std::string& file,
                       secret_reading& how) {
    struct stat found {};
    constexpr mode_t of_others = S_IRWXG | S_IRWXO;
    if (::stat(file.c_str(), &found) != 0 || (found.st_mode & of_others) == 0) {
        return;
    }
    how.advice.push_back(from.at(key, "group or others may use this file; chmod 600 it"));
}

} // namespace gatepost::config
