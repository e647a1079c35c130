#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "notifier/readiness.hpp"
#include "notifier/sender.hpp"
#include "notifier/sender_settings.hpp"
#include "senders/circuit_breaker.hpp"

namespace notifier {

/// How a destination fares. `open_circuit`: unless the circuit is closed.
struct CircuitReport {
  CircuitState state = CircuitState::closed;
  std::optional<OpenCircuit> open_circuit{};
};

/// A sender that spares its destination, and what readiness shows of it.
struct PacedSender {
  std::unique_ptr<Sender> sender;

  /// Any thread, also when the sender is gone.
  std::function<CircuitReport()> circuit;
};

/// Sends through `sender` no faster, no more at a time and no longer in vain than `pacing` says, and never more at a time
/// than `sender` has under way (`most_at_a_time`): what waited inside it would be attempted even after the circuit has
/// opened. Limits apply to this process alone.
///
/// Sends that have to wait do so here: where `pacing` has limits, for a second or a quarter of their deadline at most, a
/// hundred at a time; otherwise for 5 s or half of their deadline, 10,000 at a time. A send that would wait longer is
/// deferred and told when to come again, in `longest_guess` at the latest. While the circuit is open, nothing is attempted
/// but one send each pause. Transient failures that concern the destination count as failures, any other answer from it as a
/// sign of life. Each change of the circuit is logged under `name`. What is deferred while it is open, and the log, are told
/// how often the destination has failed since when, how it did last, and until when nothing is sent to it.
///
/// `sender` is called and answers on `executor`, which must run on one thread and is stopped before this sender is
/// destroyed.
[[nodiscard]] PacedSender make_paced_sender(boost::asio::any_io_executor executor, std::unique_ptr<Sender> sender,
                                            const PacingSettings& pacing, std::string name,
                                            std::chrono::milliseconds longest_guess);

}  // namespace notifier
