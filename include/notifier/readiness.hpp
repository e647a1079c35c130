#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace notifier {

/// The failures in a row of a destination that nothing is sent to for now.
struct OpenCircuit {
  unsigned failures = 0;
  std::chrono::system_clock::time_point since;
  std::chrono::system_clock::time_point next_try;
};

/// The state of one part as `GET /health/ready` shows it.
struct PartState {
  std::string_view name;                      ///< `broker`, `database`
  std::string_view state;                     ///< for example `ready`, `connecting`, `unavailable`, `not configured`
  std::optional<OpenCircuit> open_circuit{};  ///< of a sender whose circuit is not closed
};

/// What a part cannot do at present.
struct PartFault {
  std::string_view name;  ///< `retention`, `sweeper`, `dead_letters`
  std::string words;      ///< for everybody: without secrets, users and servers
};

struct Readiness {
  bool ready = false;
  bool stopping = false;  ///< then it is not ready, although everything is served
  PartState broker{"broker", "connecting"};
  PartState database{"database", "not configured"};
  std::vector<PartState> senders;       ///< the named ones and the states of their circuits; an open one is no fault of ours
  std::vector<PartFault> housekeeping;  ///< what fails beside the sending; the process is ready all the same
};

/// Tells the current state. Any thread; returns at once.
using ReadinessProbe = std::function<Readiness()>;

}  // namespace notifier
