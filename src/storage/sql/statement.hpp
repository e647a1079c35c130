#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace notifier::sql {

/// A statement and the values in it.
class Statement {
 public:
  struct Value {
    std::size_t at = 0;  ///< where in the text its question mark is
    std::string bytes;
    bool is_text = true;
  };

  explicit Statement(std::string_view words) : text_{words} {}

  /// The program's own words. What comes from outside is a value.
  Statement& sql(std::string_view words);

  Statement& value(std::string_view text);
  Statement& value(std::span<const std::byte> bytes);
  Statement& value(std::uint64_t number);

  /// All of them, in brackets. There is at least one.
  template <typename Values>
  Statement& values_in_brackets(const Values& values) {
    std::string_view before = "(";
    for (const auto& one : values) {
      sql(before).value(one);
      before = ", ";
    }
    return sql(")");
  }

  /// With a question mark for each value.
  [[nodiscard]] const std::string& text() const { return text_; }

  /// In their order.
  [[nodiscard]] std::span<const Value> values() const { return values_; }

 private:
  std::string text_;
  std::vector<Value> values_;
};

}  // namespace notifier::sql
