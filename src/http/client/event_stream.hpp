#pragma once

#include <chrono>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "http/client/input.hpp"
#include "http/client/service_url.hpp"

namespace notifier::client {

struct StreamOptions {
  ServiceUrl url;
  std::filesystem::path ca_file;  ///< authorities (PEM) that TLS trusts; empty: the system's
  std::string api_key;
  std::string run;  ///< see `line_key`
  unsigned connections = 16;
  std::chrono::milliseconds patience{std::chrono::seconds{60}};  ///< how long to try again while nothing gets through
};

struct StreamProgress {
  std::uint64_t bytes_done = 0;  ///< of the input, up to the end of the last line that was accepted or refused
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  unsigned waiting = 0;  ///< lines waiting to be tried again
};

/// All are called on the thread that streams.
struct StreamObserver {
  std::function<void(const std::string& event_id)> on_accepted;  ///< may be none

  std::function<void(std::uint64_t line, const std::string& error)> on_refused;
  std::function<void(const StreamProgress&)> on_progress;  ///< every 100 ms
};

struct StreamEnd {
  StreamProgress progress;
  std::optional<std::string> gave_up;  ///< why not all lines were sent
  std::optional<int> signal;           ///< the one that ended it, SIGINT or SIGTERM
};

/// Posts each line of the input to `/events/ingest`, `connections` at a time and so in no particular order, each under its
/// `line_key`. Ends with the input, or when a signal asks for it, when the service refuses the key or does not know the
/// path, and when nothing gets through for `patience`: takes no more lines then, and waits up to a second for answers under
/// way. Memory is bounded: a line for each connection and what was read last. The error is a sentence about the options.
[[nodiscard]] std::expected<StreamEnd, std::string> stream_events(const Input& input, const StreamOptions& options,
                                                                  const StreamObserver& observer);

}  // namespace notifier::client
