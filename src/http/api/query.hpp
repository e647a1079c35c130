#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/wire/error_response.hpp"

namespace notifier::http {

/// How many entries a list has unless told otherwise, and at most.
inline constexpr std::size_t default_entries = 100;
inline constexpr std::size_t most_entries = 1000;

/// The parameters of a request's query, as a route reads them: it asks for each that it knows, then for the `fault`. What is
/// wrong with a parameter is kept, and the parameter is read as if it were not there.
class Query {
 public:
  /// `sent`: as it came, without the `?`. `+` is a plus.
  explicit Query(std::string_view sent);

  /// Valid UTF-8, not empty.
  [[nodiscard]] std::optional<std::string> text(std::string_view name, std::size_t max_bytes);

  [[nodiscard]] std::optional<std::uint64_t> number(std::string_view name, std::uint64_t least, std::uint64_t most);

  /// How many entries a list may have at most: `limit`.
  [[nodiscard]] std::size_t limit() { return number("limit", 1, most_entries).value_or(default_entries); }

  /// RFC 3339, or a date.
  [[nodiscard]] std::optional<std::chrono::system_clock::time_point> time(std::string_view name);

  /// `since` and `until`, where they are given, the first before the second.
  void read_window(std::optional<std::chrono::system_clock::time_point>& since,
                   std::optional<std::chrono::system_clock::time_point>& until);

  /// What `parse(value)` returns, an optional. `expected` goes on after "must be".
  template <typename Parse>
  [[nodiscard]] auto parsed(std::string_view name, Parse parse, std::string_view expected)
      -> decltype(parse(std::string_view{})) {
    const std::string* value = take(name);
    if (value == nullptr) return std::nullopt;
    auto result = parse(std::string_view{*value});
    if (!result) refuse(quoted(name) + " must be " + std::string{expected});
    return result;
  }

  /// Keeps a fault that the route found, unless there was one before.
  void refuse(std::string sentence);

  /// The first fault, to be asked for at the end: any parameter that was not read is one.
  [[nodiscard]] std::optional<Refusal> fault() const;

 private:
  struct Parameter {
    std::string name;
    std::string value;
    bool read = false;
  };

  [[nodiscard]] static std::string quoted(std::string_view name);
  [[nodiscard]] const std::string* take(std::string_view name);
  void keep(std::string name, std::string value);

  std::vector<Parameter> parameters_;
  std::optional<std::string> fault_;
};

}  // namespace notifier::http
