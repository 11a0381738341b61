// The spool's append as something to await.
#pragma once

#include <gatepost/core/result.hpp>
#include <gatepost/core/sealed_record.hpp>
#include <gatepost/ingest/arrivals.hpp>
#include <gatepost/spool/queue.hpp>

#include <boost/asio/awaitable.hpp>

#include <vector>

namespace gatepost::ingest {

// Hands the list over at once; the ticket ends with the answer. Resumes on the caller's executor
// when the list is committed or refused.
boost::asio::awaitable<core::result<std::vector<spool::append_status>>>
append(spool::queue& queue, std::vector<core::sealed_record> records, arrivals::ticket received);

} // namespace gatepost::ingest
