// Requests of an application, put together at random, and what their answers mean for each order.
#pragma once

#include "account.hpp"
#include "dice.hpp"

#include <string>
#include <support/http_connection.hpp>
#include <vector>

namespace gatepost::campaigns {

// Sent again byte for byte when no answer comes, as an application does.
struct posting {
    std::string target;
    test::http_connection::headers headers;
    std::string body;
    std::vector<order_number> orders;
    bool in_tiktoks_shape = false; // the answer
};

struct mixture {
    bool only_consented = false;   // and each with an id of its own
    bool only_own_route = false;   // POST /v1/events
    std::size_t longest_list = 40; // events
};

// Opens its orders in the account.
posting compose(account& book, dice& chance, const mixture& of);
// The withdrawal of an order's visitor.
posting compose_withdrawal(const account& book, order_number number);

enum class reply {
    none,     // the connection ended
    refused,  // nothing was kept; send it again
    accepted, // or dropped: over and done
};
// Enters what the answer says.
reply enter(account& book, const posting& sent, const test::http_answer& got);
reply enter_withdrawal(account& book, order_number number, const test::http_answer& got);

} // namespace gatepost::campaigns
