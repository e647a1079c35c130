#pragma once

#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

/// Values as the tables hold them: times and durations are microseconds, times since 1970-01-01 UTC.
namespace notifier::embedded {

[[nodiscard]] std::int64_t microseconds_now();
[[nodiscard]] std::int64_t in_microseconds(std::chrono::milliseconds duration);
[[nodiscard]] std::int64_t in_microseconds(std::chrono::system_clock::time_point time);

void bind_bytes(SQLite::Statement& statement, int index, const std::byte* bytes, std::size_t size);

template <std::size_t Size>
void bind_bytes(SQLite::Statement& statement, int index, const std::array<std::byte, Size>& bytes) {
  bind_bytes(statement, index, bytes.data(), Size);
}

// The columns of the present row, from 0.
[[nodiscard]] std::string text(SQLite::Statement& row, int column);  ///< bytes too; empty when NULL
[[nodiscard]] std::int64_t number(SQLite::Statement& row, int column);
[[nodiscard]] unsigned count(SQLite::Statement& row, int column);
[[nodiscard]] std::string rfc3339(SQLite::Statement& row, int column);  ///< empty when NULL
/// As many bytes as there are, at most those of `Bytes`; zeros when NULL.
template <typename Bytes>
[[nodiscard]] Bytes bytes(SQLite::Statement& row, int column) {
  const std::string stored = text(row, column);
  Bytes bytes{};
  std::ranges::copy(std::as_bytes(std::span{stored}).first(std::min(stored.size(), bytes.size())), bytes.begin());
  return bytes;
}

}  // namespace notifier::embedded
