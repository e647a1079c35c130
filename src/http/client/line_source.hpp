#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "http/client/input.hpp"
#include "http/client/line_splitter.hpp"

namespace notifier::client {

/// The lines of an input, for any number of coroutines on one thread: each line goes to one of them. Reads more only when
/// all lines have been taken. The input outlives it.
class LineSource {
 public:
  LineSource(boost::asio::io_context& context, const Input& input);

  /// The next line; nothing at the end of the input or after `cancel`. The error is a sentence.
  [[nodiscard]] boost::asio::awaitable<std::expected<std::optional<Line>, std::string>> next();

  /// Gives no more lines, and wakes those who wait for one.
  void cancel();

 private:
  [[nodiscard]] bool is_readable() const;
  [[nodiscard]] std::expected<void, std::string> read();

  int input_;
  boost::asio::posix::stream_descriptor readiness_;
  std::vector<char> chunk_;
  LineSplitter splitter_;
  bool at_end_ = false;
  bool cancelled_ = false;
};

}  // namespace notifier::client
