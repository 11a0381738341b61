// A certificate for this machine only, made at start and never kept.
#pragma once

#include <boost/asio/ssl/context.hpp>

#include <string>

namespace gatepost::sandbox {

struct certificate {
    std::string pem; // self-signed: also what a client is to trust
    std::string key_pem;
};

// For localhost, 127.0.0.1 and ::1, good for a week. Throws std::runtime_error.
certificate make_certificate();
boost::asio::ssl::context make_server_context(const certificate& shown);

} // namespace gatepost::sandbox
