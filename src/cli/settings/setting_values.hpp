#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace notifier {

/// Values of settings from their text. The error is what is wrong, as a part of a sentence without its end.

inline constexpr std::chrono::milliseconds longest_wait = std::chrono::days{7};

/// What stands for a secret that is shown.
inline constexpr std::string_view mask = "********";

/// A line end or a tab in it is shown as `\n`, `\r` or `\t`.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// The parts between commas, trimmed.
[[nodiscard]] std::vector<std::string> split(const std::string& text);

/// The parts with `, ` between.
[[nodiscard]] std::string joined(const std::vector<std::string>& parts);

[[nodiscard]] std::expected<std::uint32_t, std::string> number_from(const std::string& text, std::uint32_t least,
                                                                    std::uint32_t most);

[[nodiscard]] std::expected<std::chrono::milliseconds, std::string> duration_from(
    const std::string& text, std::chrono::milliseconds longest = longest_wait);

/// One to ten waits before retries. The error shows `example`.
[[nodiscard]] std::expected<std::vector<std::chrono::milliseconds>, std::string> retry_delays_from(
    const std::vector<std::string>& parts, const std::string& example);

/// Bytes: a number, or one with MB, GB (powers of 1000), MiB or GiB (powers of 1024).
[[nodiscard]] std::expected<std::uint64_t, std::string> size_from(const std::string& text, std::uint64_t least,
                                                                  std::uint64_t most);

/// As `size_from` takes it.
[[nodiscard]] std::string show_size(std::uint64_t bytes);

/// Each part as it is; all must be networks like `10.0.0.0/8`.
[[nodiscard]] std::expected<std::vector<std::string>, std::string> networks_from(std::vector<std::string> parts);

/// A path with its root, which names the same file whatever folder the process works in. A relative one begins in `folder`,
/// and that, if it is relative too, in the working directory. Nothing stays nothing.
[[nodiscard]] std::string path_from(const std::filesystem::path& folder, const std::filesystem::path& path);

/// The same text, unless there is white space around it, which nobody sees and nobody means.
[[nodiscard]] std::expected<std::string, std::string> without_space_around(const std::string& text);

/// The name or the address of a host to listen on, an address of IPv6 without the brackets that may be around it.
[[nodiscard]] std::expected<std::string, std::string> listening_host_from(const std::string& text);

/// The bytes of a file that holds at most so many. The error goes on behind the name of the file.
[[nodiscard]] std::expected<std::string, std::string> content_of_file(const std::string& path, std::size_t most);

/// What the file holds, but for ends of lines at its end, and never nothing. `if_empty` goes on behind "…, which is empty:
/// ".
[[nodiscard]] std::expected<std::string, std::string> secret_from_file(const std::string& path, const std::string& if_empty);

template <typename Value, std::size_t size>
using Choices = std::array<std::pair<std::string_view, Value>, size>;

template <typename Value, std::size_t size>
[[nodiscard]] std::string names_of(const Choices<Value, size>& choices) {
  std::string names;
  for (const auto& [name, value] : choices) names.append(names.empty() ? "" : ", ").append(name);
  return names;
}

template <typename Value, std::size_t size>
[[nodiscard]] std::expected<Value, std::string> choice_from(const std::string& text, const Choices<Value, size>& choices) {
  for (const auto& [name, value] : choices) {
    if (name == text) return value;
  }
  return std::unexpected{in_quotes(text) + " is not known: choose one of " + names_of(choices)};
}

template <typename Value, std::size_t size>
[[nodiscard]] std::string name_of_choice(const Value& chosen, const Choices<Value, size>& choices) {
  for (const auto& [name, value] : choices) {
    if (value == chosen) return std::string{name};
  }
  return {};
}

}  // namespace notifier
