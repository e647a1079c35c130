#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

#include "domain/event_schema.hpp"

namespace notifier {

/// How many events may come in one batch, and how many bytes.
inline constexpr std::size_t max_batch_events = 1000;
inline constexpr std::size_t max_batch_bytes = 4 * 1024 * 1024;

enum class BatchFormat : std::uint8_t {
  json_array,  ///< one JSON array of events
  ndjson,      ///< one event per line; empty lines do not count
};

/// The texts of the events in `body`, in their order and as they stand there, for `parse_ingested_event` to check one by
/// one. The error is for the whole batch: it is empty, is no list of values at all, has all of them in one line where each
/// has one of its own, or has more than `max_batch_events`.
[[nodiscard]] std::expected<std::vector<std::string_view>, InvalidEvent> split_event_batch(std::string_view body,
                                                                                           BatchFormat format);

}  // namespace notifier
