#pragma once

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace notifier::testing {

struct ReceivedRequest {
  std::string method;
  std::string target;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;
  unsigned answer = 0;  ///< the status that it got; 0 if it got a fault
};

/// What a receiver does with a request that it has read.
struct ReceiverAnswer {
  enum class Fault : std::uint8_t {
    none,
    silence,          ///< nothing more comes, and the connection stays
    reset,            ///< instead of an answer
    reset_in_header,  ///< after half of the answer's first line
    reset_in_body,    ///< after the header and half of the body
    endless_header,
    endless_body
  };

  unsigned status = 200;
  std::map<std::string, std::string> headers{};
  std::string body{};
  std::chrono::milliseconds delay{};  ///< before the answer
  Fault fault = Fault::none;
};

/// An HTTP server on the loopback interface that keeps what it is sent and answers what it is told to, at first with 200.
/// Any thread.
class HttpReceiver {
 public:
  HttpReceiver();
  explicit HttpReceiver(boost::asio::ssl::context tls);
  ~HttpReceiver();
  HttpReceiver(const HttpReceiver&) = delete;
  HttpReceiver& operator=(const HttpReceiver&) = delete;

  [[nodiscard]] std::uint16_t port() const;

  /// To requests that come from now on.
  void answer_with(ReceiverAnswer answer);

  /// Those that have come completely, in their order.
  [[nodiscard]] std::vector<ReceivedRequest> requests() const;

  /// How many connections have been made, whether or not something came on them.
  [[nodiscard]] std::size_t connections() const;

  /// How many of them are open.
  [[nodiscard]] std::size_t open_connections() const;

 private:
  class Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace notifier::testing
