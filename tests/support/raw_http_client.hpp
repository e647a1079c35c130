#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace notifier::testing {

/// An answer as it came.
struct RawAnswer {
  unsigned status = 0;
  std::map<std::string, std::string> headers;  ///< names in lower case
  std::string body;

  /// The value of a header, empty when there is none.
  [[nodiscard]] std::string header(const std::string& lower_case_name) const;
};

/// A client that sends whatever bytes it is told to, on one connection. What it waits for for more than 10 s is an
/// exception, and so is a connection that was reset.
class RawHttpClient {
 public:
  explicit RawHttpClient(std::uint16_t port);
  ~RawHttpClient();
  RawHttpClient(const RawHttpClient&) = delete;
  RawHttpClient& operator=(const RawHttpClient&) = delete;

  /// Sends all of it. What the other side does not take because it has closed is left out silently.
  void send(std::string_view bytes);

  /// Reads one answer. None: the server closed the connection and no answer had begun.
  [[nodiscard]] std::optional<RawAnswer> read_answer();

  /// Likewise, of an answer to HEAD.
  [[nodiscard]] std::optional<RawAnswer> read_answer_without_body();

  /// Whether something has come from the server, its end of the connection included.
  [[nodiscard]] bool has_input() const;

  /// Ends our side of the connection; answers can still be read.
  void shut_down_sending();

  /// Drops the connection at once, with a reset.
  void reset();

 private:
  bool receive();
  std::optional<RawAnswer> read_header();

  int socket_;
  std::string received_;
};

/// The bytes of a request with `Host` and, when there is a body or the method is POST, `Content-Length`.
[[nodiscard]] std::string raw_request(std::string_view method, std::string_view target,
                                      const std::map<std::string, std::string>& headers = {}, std::string_view body = {});

}  // namespace notifier::testing
