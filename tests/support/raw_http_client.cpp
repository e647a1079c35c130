#include "support/raw_http_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/string/case_conv.hpp>
#include <cerrno>
#include <stdexcept>
#include <system_error>

namespace notifier::testing {
namespace {

constexpr int patience_ms = 10'000;

void wait_for(int socket, short event) {
  pollfd waiting{.fd = socket, .events = event, .revents = 0};
  if (poll(&waiting, 1, patience_ms) != 1) throw std::runtime_error{"the server did nothing for 10 s"};
}

}  // namespace

std::string RawAnswer::header(const std::string& lower_case_name) const {
  const auto found = headers.find(lower_case_name);
  return found == headers.end() ? std::string{} : found->second;
}

RawHttpClient::RawHttpClient(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)} {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(socket_);
    throw std::system_error{error, std::generic_category(), "connect"};
  }
  const int on = 1;
  setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

RawHttpClient::~RawHttpClient() { ::close(socket_); }

void RawHttpClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    wait_for(socket_, POLLOUT);
    const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && errno == EAGAIN) continue;
    if (sent < 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::optional<RawAnswer> RawHttpClient::read_answer() {
  auto answer = read_header();
  if (!answer || answer->status == 100) return answer;
  const std::size_t length = std::stoul(answer->header("content-length"));
  while (received_.size() < length) {
    if (!receive()) throw std::runtime_error{"the connection ended in the middle of an answer"};
  }
  answer->body = received_.substr(0, length);
  received_.erase(0, length);
  return answer;
}

std::optional<RawAnswer> RawHttpClient::read_answer_without_body() { return read_header(); }

bool RawHttpClient::has_input() const {
  pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
  return !received_.empty() || poll(&waiting, 1, 0) == 1;
}

void RawHttpClient::shut_down_sending() { ::shutdown(socket_, SHUT_WR); }

void RawHttpClient::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  ::close(socket_);
  socket_ = -1;
}

/// False at the end of the stream.
bool RawHttpClient::receive() {
  wait_for(socket_, POLLIN);
  std::array<char, 16384> bytes{};
  const ssize_t count = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (count < 0) throw std::system_error{errno, std::generic_category(), "recv"};
  received_.append(bytes.data(), static_cast<std::size_t>(count));
  return count > 0;
}

std::optional<RawAnswer> RawHttpClient::read_header() {
  std::size_t end = received_.find("\r\n\r\n");
  for (; end == std::string::npos; end = received_.find("\r\n\r\n")) {
    if (receive()) continue;
    if (received_.empty()) return std::nullopt;
    throw std::runtime_error{"the connection ended in the middle of an answer: " + received_};
  }
  RawAnswer answer;
  if (!received_.starts_with("HTTP/1.1 ")) throw std::runtime_error{"this is no answer: " + received_};
  answer.status = static_cast<unsigned>(std::stoul(received_.substr(9, 3)));
  for (std::size_t at = received_.find("\r\n") + 2; at < end;) {
    const std::size_t line_end = received_.find("\r\n", at);
    const std::size_t colon = received_.find(": ", at);
    answer.headers.emplace(boost::algorithm::to_lower_copy(received_.substr(at, colon - at)),
                           received_.substr(colon + 2, line_end - colon - 2));
    at = line_end + 2;
  }
  received_.erase(0, end + 4);
  return answer;
}

std::string raw_request(std::string_view method, std::string_view target, const std::map<std::string, std::string>& headers,
                        std::string_view body) {
  std::string bytes = std::string{method} + " " + std::string{target} + " HTTP/1.1\r\nHost: localhost\r\n";
  for (const auto& [name, value] : headers) bytes += name + ": " + value + "\r\n";
  if (!body.empty() || method == "POST") bytes += "Content-Length: " + std::to_string(body.size()) + "\r\n";
  return bytes + "\r\n" + std::string{body};
}

}  // namespace notifier::testing
