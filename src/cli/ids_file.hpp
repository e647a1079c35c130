#pragma once

#include <expected>
#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

namespace notifier {

/// A file with an id a line, which only its owner may read. What was in it before is gone.
class IdsFile {
 public:
  /// The error is a sentence.
  [[nodiscard]] static std::expected<IdsFile, std::string> open(const std::filesystem::path& path);

  void add(std::string_view id) { stream_ << id << '\n'; }

  /// Writes what is left. The error is a sentence: not all of it could be written.
  [[nodiscard]] std::expected<void, std::string> finish();

 private:
  explicit IdsFile(const std::filesystem::path& path) : path_{path}, stream_{path} {}

  std::filesystem::path path_;
  std::ofstream stream_;
};

}  // namespace notifier
