#pragma once

#include <curl/curl.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "senders/http/http_answer.hpp"

namespace notifier {

/// Reads an answer from libcurl as it arrives, and no more of it than is useful: what follows the header only lets the
/// connection be kept, so that a transfer that breaks off there still has its answer.
class AnswerReader {
 public:
  /// Sets the options of a transfer, which this object must outlive.
  void attach_to(CURL* handle);

  /// Whether anything has come.
  [[nodiscard]] bool has_begun() const { return read_ > 0; }

  /// None before the header of the final answer is complete.
  [[nodiscard]] std::optional<HttpAnswer> take_answer();

 private:
  static std::size_t on_header(char* bytes, std::size_t, std::size_t size, void* reader);
  static std::size_t on_body(char* bytes, std::size_t, std::size_t size, void* reader);

  void read_header(std::string_view line);
  [[nodiscard]] std::size_t count(std::size_t size);

  HttpAnswer answer_;
  bool header_complete_ = false;
  std::size_t read_ = 0;  ///< bytes
};

}  // namespace notifier
