// Where a secret comes from: a file or the environment. No message holds any of it.
#pragma once

#include "section.hpp"

#include <gatepost/core/result.hpp>
#include <gatepost/core/secret_string.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace gatepost::config {

// What is wrong with a secret, "" for nothing.
using secret_rule = std::string_view (*)(std::string_view secret);

// A token goes into a header: a line break in it would be two headers.
std::string_view fault_of_token(std::string_view secret);
// "user:password" (RFC 7617, section 2: no colon in the user, no control characters).
std::string_view fault_of_credentials(std::string_view secret);

// The keys `<name>_file` and `<name>_env` of a section.
class secret_source {
  public:
    secret_source(section& from, const std::string& name);

    bool none() const { return file_.empty() && variable_.empty(); }
    const std::string& file() const { return file_; } // as configured, "" for none
    // nullopt after a problem: when not exactly one of the keys is given, when nothing is there, or
    // what `rule` says. With secrets::ignore an empty one, and nothing is looked at.
    std::optional<core::secret_string> read(section& from, secrets allowed, secret_rule rule) const;

  private:
    std::string file_key_, variable_key_;
    std::string file_, variable_;
};

// The text of a file, without white space around it, or what is wrong with it. Symbolic links are
// followed each time: Kubernetes puts a new secret in place by changing one.
core::result<core::secret_string, std::string_view> read_secret_file(const std::string& path,
                                                                     secret_rule rule);

} // namespace gatepost::config
