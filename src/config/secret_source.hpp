// Where a secret comes from: a file or the environment. No message holds any of it.
#pragma once

#include "section.hpp"

#include <gatepost/core/result.hpp>
#include <gatepost/core/secret_string.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace gatepost::config {

// How secrets are looked for while a file is read, and what there is to say about them.
struct secret_reading {
    secrets allowed = secrets::read;
    const config* running = nullptr; // of a daemon that reads its file anew
    problems kept = {}; // secrets of files that cannot be used: they are what they were
    problems advice = {};
};

// What a secret's text means, or what is wrong with it.
template <class Secret>
using secret_parser = core::result<Secret, std::string_view> (*)(std::string_view text);

// A token goes into a header: a line break in it would be two headers.
core::result<core::secret_string, std::string_view> parse_token(std::string_view text);
// "user:password" (RFC 7617, section 2: no colon in the user, no control characters).
core::result<core::secret_string, std::string_view> parse_credentials(std::string_view text);

// The text of a file or of an environment variable, without white space around it, or what is wrong
// with it. Symbolic links are followed each time: Kubernetes puts a new secret in place by changing
// one. A variable is read once (taken_variable.hpp).
core::result<core::secret_string, std::string_view>
secret_text(const std::string& file, core::secret_file kind = core::secret_file::regular);
core::result<core::secret_string, std::string_view> variable_text(const std::string& name);

template <class Secret>
core::result<Secret, std::string_view>
read_secret_file(const std::string& file, secret_parser<Secret> parse,
                 core::secret_file kind = core::secret_file::regular) {
    const auto text = secret_text(file, kind);
    return text ? parse(text->reveal()) : text.error();
}

// The keys `<name>_file` and `<name>_env` of a section.
class secret_source {
  public:
    secret_source(section& from, const std::string& name);

    bool none() const { return file_.empty() && variable_.empty(); }
    // As configured, "" for none.
    const std::string& file() const { return file_; }
    const std::string& variable() const { return variable_; }

    // nullopt after a problem: when not exactly one of the keys is given, when nothing is there, or
    // what `parse` says. With secrets::ignore an empty one, and nothing is looked at. `former` is
    // what came from the same file before, null for nothing.
    template <class Secret>
    std::optional<Secret> read(section& from, secret_reading& how, secret_parser<Secret> parse,
                               const Secret* former) const {
        if (!one_is_given(from)) {
            return std::nullopt;
        }
        if (how.allowed == secrets::ignore) {
            return Secret();
        }
        const auto text = file_.empty() ? variable_text(variable_) : secret_text(file_);
        auto found = text ? parse(text->reveal()) : text.error();
        if (found) {
            advise(from, how);
            return std::move(*found);
        }
        auto fault = from.at(key(), std::string(found.error()));
        (former != nullptr ? how.kept : from.found()).push_back(std::move(fault));
        return former != nullptr ? std::optional(*former) : std::nullopt;
    }
    // Which of the keys it is read from.
    const std::string& key() const { return file_.empty() ? variable_key_ : file_key_; }

  private:
    bool one_is_given(section& from) const;
    void advise(section& from, secret_reading& how) const;

    std::string file_key_, variable_key_;
    std::string file_, variable_;
};

// Says so when group or others may read or write a file of secrets.
void advise_about_mode(section& from, const std::string& key, const std::string& file,
                       secret_reading& how);

} // namespace gatepost::config
