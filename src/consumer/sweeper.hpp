#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>

#include "consumer/clock.hpp"
#include "consumer/housekeeping_state.hpp"
#include "notifier/broker.hpp"
#include "notifier/notification_repository.hpp"

namespace notifier {

/// Brings back what no queue holds any more (a broker that lost its data, a queue that was purged): while fewer
/// than `prefetch` messages wait in the main queue, so that consumers may soon lack work, rows that are unfinished and have
/// not changed for `idle` are published again from the database. Runs until its executor, which is the clock's, is stopped;
/// an outage only delays it.
///
/// `idle` is longer than the longest delay plus a claim, so whatever a queue or a consumer still holds has moved on by then;
/// a copy too many is dropped by the claim. `state` learns whether the database hands such rows over; it and all references
/// outlive the executor's work.
[[nodiscard]] boost::asio::awaitable<void> run_sweeper(boost::asio::any_io_executor blocking, Broker& broker,
                                                       NotificationRepository& repository, HousekeepingState& state,
                                                       Clock& clock, std::chrono::milliseconds idle, unsigned prefetch);

}  // namespace notifier
