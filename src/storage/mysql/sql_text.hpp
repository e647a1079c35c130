#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "storage/mysql/connection.hpp"

namespace notifier::mysql {

/// Builds a statement for one connection. Values come in escaped, never by `sql`.
class SqlText {
 public:
  explicit SqlText(Connection& connection) : handle_{connection.handle()} {}

  /// The program's own words.
  SqlText& sql(std::string_view words);

  SqlText& value(std::string_view text);
  SqlText& value(std::span<const std::byte> bytes);
  SqlText& value(std::uint64_t number);

  /// `item(element)` for each of the elements, with commas between.
  template <typename Range, typename Item>
  SqlText& list(const Range& range, Item item) {
    bool first = true;
    for (const auto& element : range) {
      if (!first) sql(", ");
      first = false;
      item(element);
    }
    return *this;
  }

  /// Back to what it was when it had so many bytes.
  void shorten_to(std::size_t bytes) { text_.resize(bytes); }

  [[nodiscard]] const std::string& str() const { return text_; }

 private:
  MYSQL* handle_;
  std::string text_;
};

}  // namespace notifier::mysql
