#include "broker/rabbitmq/amqp_connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <boost/asio/ip/address.hpp>
#include <boost/system/error_code.hpp>
#include <cerrno>
#include <utility>

#include "base/reachable_address.hpp"

namespace notifier::rabbitmq {
namespace {

constexpr std::chrono::seconds connect_deadline{3};
constexpr std::chrono::seconds login_deadline{5};
constexpr std::chrono::seconds farewell_deadline{1};
constexpr int heartbeat_seconds = 5;  // a connection is given up after two without a sign of life
constexpr int largest_frame = 131072;
constexpr const char* system_authorities = "/etc/ssl/certs/ca-certificates.crt";

constexpr timeval to_timeval(std::chrono::seconds duration) { return {.tv_sec = duration.count(), .tv_usec = 0}; }

/// rabbitmq-c has no more than `a socket error occurred` for what the system says.
std::string text_of(int status) {
  if (status == AMQP_STATUS_SOCKET_ERROR) return "the connection was broken off";
  if (status == AMQP_STATUS_CONNECTION_CLOSED) return "the broker, or something on the way, closed the connection";
  return amqp_error_string2(status);
}

Failure no_connection(const BrokerAddress& address, const std::string& why) {
  return {.text = "no connection to " + address.host_and_port() + ": " + why +
                  ". Is RabbitMQ running there, and are host and port in RABBITMQ_URL right?"};
}

/// What the broker may use towards this client, and the name that its tools show.
class ClientProperties {
 public:
  explicit ClientProperties(std::string_view name) {
    for (std::size_t i = 0; i < capabilities_.size(); ++i) capabilities_[i] = capability(capability_names[i]);
    amqp_table_entry_t capabilities{};
    capabilities.key = to_bytes("capabilities");
    capabilities.value.kind = AMQP_FIELD_KIND_TABLE;
    capabilities.value.value.table = {.num_entries = static_cast<int>(capabilities_.size()),
                                      .entries = capabilities_.data()};
    entries_ = {text_entry("product", "notifier"), text_entry("version", NOTIFIER_VERSION),
                text_entry("connection_name", name), capabilities};
    table_ = {.num_entries = static_cast<int>(entries_.size()), .entries = entries_.data()};
  }
  ClientProperties(const ClientProperties&) = delete;
  ClientProperties& operator=(const ClientProperties&) = delete;

  [[nodiscard]] const amqp_table_t* table() const { return &table_; }

 private:
  static constexpr std::array<std::string_view, 5> capability_names{
      "publisher_confirms", "basic.nack", "consumer_cancel_notify", "connection.blocked", "authentication_failure_close"};

  static amqp_table_entry_t capability(std::string_view name) {
    amqp_table_entry_t entry{};
    entry.key = to_bytes(name);
    entry.value.kind = AMQP_FIELD_KIND_BOOLEAN;
    entry.value.value.boolean = 1;
    return entry;
  }

  std::array<amqp_table_entry_t, capability_names.size()> capabilities_{};
  std::array<amqp_table_entry_t, 4> entries_{};
  amqp_table_t table_{};
};

/// Of the name that is asked for rather than the address that it leads to.
void set_server_name(const SSL* tls, int where, int) {
  if ((where & SSL_CB_HANDSHAKE_START) == 0) return;
  const auto* name = static_cast<const std::string*>(SSL_CTX_get_app_data(::SSL_get_SSL_CTX(tls)));
  auto* const changeable = const_cast<SSL*>(tls);
  const char* const asked_for = name->empty() ? nullptr : name->c_str();
  SSL_set_tlsext_host_name(changeable, asked_for);
  // The handshake begins once, but the connection outlives the name.
  ::SSL_set_info_callback(changeable, nullptr);
}

bool is_address(const std::string& host) {
  boost::system::error_code no_address;
  boost::asio::ip::make_address(host, no_address);
  return !no_address;
}

/// rabbitmq-c looks at DNS names alone, and at the common name when there are none. So OpenSSL checks: by RFC 9525, names
/// and addresses count where they belong, in the alternative names.
bool expect_certificate_of(const std::string& host, std::string& server_name, SSL_CTX* context) {
  X509_VERIFY_PARAM* const expected = ::SSL_CTX_get0_param(context);
  ::X509_VERIFY_PARAM_set_hostflags(expected, X509_CHECK_FLAG_NEVER_CHECK_SUBJECT | X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
  server_name = is_address(host) ? "" : host;
  SSL_CTX_set_app_data(context, &server_name);
  ::SSL_CTX_set_info_callback(context, set_server_name);
  return server_name.empty() ? ::X509_VERIFY_PARAM_set1_ip_asc(expected, host.c_str()) == 1
                             : ::X509_VERIFY_PARAM_set1_host(expected, host.data(), host.size()) == 1;
}

/// `server_name` is used during the handshake.
std::expected<amqp_socket_t*, Failure> new_tls_socket(amqp_connection_state_t connection, const std::string& host,
                                                      const std::filesystem::path& ca_file, std::string& server_name) {
  amqp_socket_t* const socket = amqp_ssl_socket_new(connection);
  if (socket == nullptr) return std::unexpected{Failure{.text = "OpenSSL cannot be used"}};
  const std::string authorities = ca_file.empty() ? system_authorities : ca_file.string();
  if (amqp_ssl_socket_set_cacert(socket, authorities.c_str()) != AMQP_STATUS_OK) {
    return std::unexpected{Failure{.text = "the file of trusted certificate authorities " + authorities +
                                           " cannot be read as PEM: set RABBITMQ_CA_FILE to one that can",
                                   .permanent = true}};
  }
  amqp_ssl_socket_set_verify_peer(socket, 1);
  amqp_ssl_socket_set_verify_hostname(socket, 0);
  if (!expect_certificate_of(host, server_name, static_cast<SSL_CTX*>(amqp_ssl_socket_get_context(socket)))) {
    return std::unexpected{Failure{.text = "out of memory"}};
  }
  amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST);
  return socket;
}

/// rabbitmq-c tells of a failed handshake only that it failed; OpenSSL's own errors, which it leaves behind, tell why.
bool certificate_was_refused(int status) {
  if (status == AMQP_STATUS_SSL_PEER_VERIFY_FAILED || status == AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED) return true;
  const unsigned long error = ERR_peek_last_error();
  return ERR_GET_LIB(error) == ERR_LIB_SSL && ERR_GET_REASON(error) == SSL_R_CERTIFICATE_VERIFY_FAILED;
}

/// `reached` is the address of the host that was tried.
Failure connect_failure(const BrokerAddress& address, const std::string& reached, int status) {
  if (address.tls && certificate_was_refused(status)) {
    return {.text = "the certificate of RabbitMQ at " + address.host_and_port() +
                    " is not trusted: it must have this name or address among its alternative names and be signed by an "
                    "authority in RABBITMQ_CA_FILE or, "
                    "without that, by one of the system's",
            .permanent = true};
  }
  if (status == AMQP_STATUS_TIMEOUT) return no_connection(address, "nobody answers");
  if (const auto why = why_unreachable(reached, address.port, connect_deadline)) return no_connection(address, *why);
  if (!address.tls) return no_connection(address, text_of(status));
  return no_connection(address, text_of(status) + " (amqps:// needs the port of TLS, usually 5671)");
}

Failure login_failure(const BrokerAddress& address, const amqp_rpc_reply_t& reply) {
  const std::string broker = "RabbitMQ at " + address.host_and_port();
  if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION) {
    return {.text = broker + " does not complete the login: " + text_of(reply.library_error) +
                    ". Is it RabbitMQ that listens there, and, on a port of TLS, is RABBITMQ_URL one with amqps://?"};
  }
  const CloseReason reason = close_reason(reply.reply).value_or(CloseReason{});
  const bool passes = reason.text.find("limit") != std::string::npos;
  if (reason.code == AMQP_ACCESS_REFUSED && !passes) {
    return {.text = broker + " refuses the user " + address.user +
                    " with the password given: correct them in RABBITMQ_URL (a user guest may log in from the broker's own "
                    "machine only)",
            .permanent = true};
  }
  if (reason.code == AMQP_NOT_ALLOWED && !passes) {
    return {.text = broker + " refuses the vhost " + address.vhost + " to the user " + address.user + " (" + reason.text +
                    "): create it, give the user permissions on it, or name another in RABBITMQ_URL",
            .permanent = true};
  }
  return {.text = broker + " refuses the login: " + reason.text};
}

/// Ends when the watchdog shuts the socket down, at the latest.
int send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd writable{.fd = socket, .events = POLLOUT, .revents = 0};
      ::poll(&writable, 1, -1);
    } else if (errno != EINTR) {
      return AMQP_STATUS_SOCKET_ERROR;
    }
  }
  return AMQP_STATUS_OK;
}

}  // namespace

void Corked::set(int on) const { ::setsockopt(socket_, IPPROTO_TCP, TCP_CORK, &on, sizeof on); }

std::optional<CloseReason> close_reason(const amqp_method_t& method) {
  if (method.id == AMQP_CHANNEL_CLOSE_METHOD) {
    const auto* close = static_cast<const amqp_channel_close_t*>(method.decoded);
    return CloseReason{.code = close->reply_code, .text = std::string{to_view(close->reply_text)}};
  }
  if (method.id == AMQP_CONNECTION_CLOSE_METHOD) {
    const auto* close = static_cast<const amqp_connection_close_t*>(method.decoded);
    return CloseReason{.code = close->reply_code, .text = std::string{to_view(close->reply_text)}};
  }
  return std::nullopt;
}

Failure channel_failure(const amqp_method_t& close) {
  return {.text = "the broker closed the channel: " + close_reason(close).value_or(CloseReason{}).text};
}

AmqpConnection::AmqpConnection(ConnectionHandle handle, bool encrypted, Watchdog& watchdog)
    : handle_{std::move(handle)},
      encrypted_{encrypted},
      watched_{std::make_unique<WatchedSocket>(watchdog, amqp_get_sockfd(handle_.get()))} {}

std::expected<AmqpConnection, Failure> AmqpConnection::open(const BrokerAddress& address,
                                                            const std::filesystem::path& ca_file, std::string_view name,
                                                            Watchdog& watchdog) {
  ConnectionHandle handle{amqp_new_connection()};
  if (!handle) return std::unexpected{Failure{.text = "out of memory"}};
  std::string server_name;
  auto socket = address.tls ? new_tls_socket(handle.get(), address.host, ca_file, server_name)
                            : std::expected<amqp_socket_t*, Failure>{amqp_tcp_socket_new(handle.get())};
  if (!socket) return std::unexpected{std::move(socket.error())};
  if (*socket == nullptr) return std::unexpected{Failure{.text = "out of memory"}};

  const auto reachable = find_reachable_address(address.host, address.port, connect_deadline);
  if (!reachable) {
    return std::unexpected{no_connection(address, reachable.error())};
  }
  ERR_clear_error();
  const timeval connect_timeout = to_timeval(connect_deadline);
  if (const int status = amqp_socket_open_noblock(*socket, reachable->c_str(), address.port, &connect_timeout);
      status != AMQP_STATUS_OK) {
    return std::unexpected{connect_failure(address, *reachable, status)};
  }
  const timeval login_timeout = to_timeval(login_deadline);
  const timeval rpc_timeout = to_timeval(call_deadline);
  amqp_set_handshake_timeout(handle.get(), &login_timeout);
  amqp_set_rpc_timeout(handle.get(), &rpc_timeout);

  AmqpConnection connection{std::move(handle), address.tls, watchdog};
  const ClientProperties properties{name};
  const amqp_rpc_reply_t reply =
      connection.call(Watchdog::Clock::now() + login_deadline + farewell_deadline, [&](amqp_connection_state_t state) {
        return amqp_login_with_properties(state, address.vhost.c_str(), 0, largest_frame, heartbeat_seconds,
                                          properties.table(), AMQP_SASL_METHOD_PLAIN, address.user.c_str(),
                                          address.password.c_str());
      });
  if (reply.reply_type != AMQP_RESPONSE_NORMAL) return std::unexpected{login_failure(address, reply)};
  return connection;
}

int AmqpConnection::write(std::string_view frames, Watchdog::Clock::time_point deadline) {
  return call(deadline, [&](amqp_connection_state_t state) { return send_all(amqp_get_sockfd(state), frames); });
}

std::expected<std::optional<amqp_frame_t>, Failure> AmqpConnection::next_frame() {
  amqp_maybe_release_buffers(handle_.get());
  amqp_frame_t frame{};
  timeval no_wait{};
  const int status =
      call([&](amqp_connection_state_t state) { return amqp_simple_wait_frame_noblock(state, &frame, &no_wait); });
  if (status == AMQP_STATUS_TIMEOUT) return std::nullopt;
  if (status != AMQP_STATUS_OK) return std::unexpected{failure(status)};
  if (frame.frame_type == AMQP_FRAME_METHOD && frame.payload.method.id == AMQP_CONNECTION_CLOSE_METHOD) {
    Failure closed{.text = "the broker closed the connection: " + close_reason(frame.payload.method)->text};
    amqp_connection_close_ok_t answer{};
    call(
        [&](amqp_connection_state_t state) { return amqp_send_method(state, 0, AMQP_CONNECTION_CLOSE_OK_METHOD, &answer); });
    return std::unexpected{std::move(closed)};
  }
  return frame;
}

int AmqpConnection::send_heartbeat() {
  amqp_frame_t heartbeat{};
  heartbeat.frame_type = AMQP_FRAME_HEARTBEAT;
  return call([&](amqp_connection_state_t state) { return amqp_send_frame(state, &heartbeat); });
}

Failure AmqpConnection::failure(int status) const {
  return {.text = watched_->fired() ? "the broker does not take what is sent to it: it hangs, or the network between does"
                                    : text_of(status)};
}

Failure AmqpConnection::failure(const amqp_rpc_reply_t& reply) const {
  if (reply.reply_type != AMQP_RESPONSE_SERVER_EXCEPTION) return failure(reply.library_error);
  const CloseReason reason = close_reason(reply.reply).value_or(CloseReason{});
  return {.text = "the broker refuses: " + reason.text};
}

void AmqpConnection::close() {
  const timeval timeout = to_timeval(farewell_deadline);
  amqp_set_rpc_timeout(handle_.get(), &timeout);
  call(Watchdog::Clock::now() + 2 * farewell_deadline,
       [](amqp_connection_state_t state) { return amqp_connection_close(state, AMQP_REPLY_SUCCESS); });
}

}  // namespace notifier::rabbitmq
