#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>

namespace notifier::client {

/// An open file, pipe or terminal to read from. Owns its descriptor.
class Input {
 public:
  /// `-` is standard input. On a named pipe it waits for somebody who writes. The error is a sentence.
  [[nodiscard]] static std::expected<Input, std::string> open(const std::string& path);

  Input(Input&& other) noexcept;
  Input& operator=(Input&&) = delete;
  ~Input();

  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Bytes in all, of a file opened by its path; of everything else nothing, since it cannot be read a second time.
  [[nodiscard]] std::optional<std::uint64_t> file_size() const { return file_size_; }

 private:
  Input(int descriptor, std::optional<std::uint64_t> file_size) : descriptor_{descriptor}, file_size_{file_size} {}

  int descriptor_;
  std::optional<std::uint64_t> file_size_;
};

}  // namespace notifier::client
