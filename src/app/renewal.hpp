// What changes in a running daemon when its configuration or a secret's file does.
#pragma once

#include "current_routes.hpp"
#include "edition.hpp"
#include "listeners.hpp"
#include "reload.hpp"
#include "room.hpp"
#include "running_config.hpp"

#include <gatepost/admin/routes.hpp>
#include <gatepost/net/http_client.hpp>
#include <gatepost/relay/relay.hpp>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace gatepost::app {

// The parts of the daemon that follow its configuration; they outlive the renewal.
struct renewable_parts {
    running_config& config;
    const lasting_parts& lasting;
    const std::vector<boost::asio::io_context*>& rooms; // of the handlers, one each
    std::deque<current_routes>& handlers;
    admin::routes& operators; // on the thread of the first room
    listeners& listening;
    room& relay_room;
    net::http_client& client; // this and the relay on the relay's thread
    relay::relay& relay;
    std::function<void(const std::vector<std::string>&)> watch_files;
};

// On the thread of the first room, one call at a time.
class renewal {
  public:
    renewal(std::string file, renewable_parts parts);

    // The whole file. False when it cannot be used: the log says why, and nothing changed.
    boost::asio::awaitable<bool> reload();
    // Only the secrets that come from files. False when one cannot be used for now.
    boost::asio::awaitable<bool> reread_secrets();

  private:
    bool relay_by(const config::config& chosen);
    void take_over(prepared fresh);
    void admit_by(const config::config& chosen, const std::shared_ptr<edition>& routes);
    void use(std::shared_ptr<const config::config> fresh);
    void tell_once(const config::problems& found);
    boost::asio::awaitable<bool> send_with(std::shared_ptr<const config::config> fresh,
                                           const changed_secrets& changed);

    const std::string file_;
    renewable_parts parts_;
    std::string wrong_secrets_; // what the log has said of them
    boost::asio::thread_pool reading_{1};
};

} // namespace gatepost::app
