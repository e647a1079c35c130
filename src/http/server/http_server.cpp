#include "http/server/http_server.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <exception>
#include <mutex>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "domain/event_batch.hpp"
#include "http/api/blocking_calls.hpp"
#include "http/server/awaitable.hpp"
#include "http/server/listener.hpp"
#include "http/server/open_files.hpp"
#include "http/server/server_options.hpp"
#include "http/server/session.hpp"
#include "notifier/log.hpp"

namespace notifier::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::chrono::milliseconds pause_after_failed_accept{100};
// How much memory large bodies may take: that of this many of the largest batches at a time.
constexpr std::size_t most_batches = 8;

class Server final : public HttpServer {
 public:
  Server(HttpServices services, const ServerOptions& options)
      : services_{std::move(services)},
        api_keys_{services_.api_keys},
        options_{options},
        session_context_{.options = options_,
                         .api_keys = api_keys_,
                         .handlers = {.services = services_,
                                      .repository_calls = repository_calls_,
                                      .history_calls = history_calls_,
                                      .summary_calls = summary_calls_,
                                      .export_calls = export_calls_,
                                      .change_calls = change_calls_,
                                      .batch_calls = batch_calls_},
                         .body_room = body_room_,
                         .answer_room = answer_room_,
                         .export_room = export_room_,
                         .key_refusals = key_refusals_,
                         .inbox = std::make_shared<ServerInbox>(context_),
                         .find_place = [this] { return find_place(); }} {
    services_.api_keys.clear();
    bound_sessions();
  }

  ~Server() override { stop(std::chrono::milliseconds{0}); }

  std::expected<void, std::string> listen(const ListenAddress& address) {
    auto listening = listen_on(context_, address);
    if (!listening) return std::unexpected{std::move(listening.error())};
    acceptors_ = std::move(*listening);
    port_ = acceptors_.front().local_endpoint().port();
    return {};
  }

  void start() {
    for (tcp::acceptor& acceptor : acceptors_) asio::co_spawn(context_, accept_clients(acceptor), asio::detached);
    asio::co_spawn(context_, check_deadlines(), asio::detached);
    thread_ = std::thread{[this] { context_.run(); }};
  }

  std::uint16_t port() const override { return port_; }

  void disable_keep_alive() override {
    asio::post(context_, [this] { session_context_.keeps_connections = false; });
  }

  void stop(std::chrono::milliseconds grace) override {
    const std::lock_guard lock{stop_mutex_};
    if (thread_.joinable()) {
      asio::post(context_, [this, grace] { begin_stop(grace); });
      thread_.join();
    }
    repository_calls_.stop();
    history_calls_.stop();
    summary_calls_.stop();
    export_calls_.stop();
    change_calls_.stop();
    batch_calls_.stop();
    session_context_.inbox->close();
  }

 private:
  Awaitable<void> accept_clients(tcp::acceptor& acceptor) {
    asio::steady_timer pause_timer{context_};
    bool failing = false;
    while (acceptor.is_open()) {
      Socket socket{context_};
      boost::system::error_code error;
      co_await acceptor.async_accept(socket, asio::redirect_error(use_awaitable, error));
      if (!error) {
        failing = false;
        start_session(std::move(socket));
      } else if (acceptor.is_open()) {
        // Out of file descriptors, most likely: connected clients are still served, the others wait.
        if (!failing) log::warn("clients cannot be accepted at the moment", {{"error", error.message()}});
        failing = true;
        pause_timer.expires_after(pause_after_failed_accept);
        co_await pause_timer.async_wait(asio::redirect_error(use_awaitable, error));
      }
    }
  }

  void bound_sessions() {
    const std::size_t wanted = options_.max_connections + options_.reserved_connections;
    max_sessions_ = affordable_connections(wanted);
    max_welcome_ = options_.max_connections;
    if (max_sessions_ == wanted) return;
    max_welcome_ = std::min(max_welcome_, max_sessions_ - max_sessions_ / 10);
    log::warn("few files may be open, so few clients are served at a time; raise the limit (ulimit -n)",
              {{"clients", max_welcome_}});
  }

  Awaitable<void> check_deadlines() {
    while (true) {
      check_timer_.expires_after(options_.check_interval);
      boost::system::error_code ignored;
      co_await check_timer_.async_wait(asio::redirect_error(use_awaitable, ignored));
      const auto now = std::chrono::steady_clock::now();
      for_each_session([now](Session& session) { session.check_deadline(now); });
    }
  }

  /// When all places are taken, the client that has kept the server waiting for the longest time gives up its own. Where all
  /// are being served, what is reserved for health checks is left.
  void start_session(Socket socket) {
    if (sessions_.size() >= max_welcome_) close_longest_waiting();
    if (sessions_.size() >= max_sessions_) return;
    const Welcome welcome = sessions_.size() < max_welcome_ ? Welcome::all_requests : Welcome::requests_without_key;
    const auto session = std::make_shared<Session>(std::move(socket), session_context_, welcome);
    sessions_.insert(session);
    asio::co_spawn(context_, session->run(),
                   [this, session](const std::exception_ptr& failure) { end_session(session, failure); });
  }

  /// For a client that has got one of the reserved places: those who went on when it came may be waiting again.
  bool find_place() {
    if (sessions_.size() > max_welcome_) close_longest_waiting();
    return sessions_.size() <= max_welcome_;
  }

  void close_longest_waiting() {
    auto longest = sessions_.end();
    for (auto next = sessions_.begin(); next != sessions_.end(); ++next) {
      const ClientConnection& connection = (*next)->connection();
      const auto since = connection.waiting_since();
      if (!since || (longest != sessions_.end() && *since >= (*longest)->connection().waiting_since())) continue;
      if (!connection.is_about_to_wake()) longest = next;
    }
    if (longest == sessions_.end()) return;
    // Its coroutine keeps it until it ends.
    (*longest)->close();
    sessions_.erase(longest);
  }

  /// `function` may end the session that it is called for.
  template <typename Function>
  void for_each_session(Function function) {
    for (auto next = sessions_.begin(); next != sessions_.end();) {
      const std::shared_ptr<Session> session = *next++;
      function(*session);
    }
  }

  void end_session(const std::shared_ptr<Session>& session, const std::exception_ptr& failure) {
    try {
      if (failure) std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      log::error("a connection ended with an error", {{"error", error.what()}});
    }
    sessions_.erase(session);
    if (session_context_.stopping && sessions_.empty()) context_.stop();
  }

  void begin_stop(std::chrono::milliseconds grace) {
    session_context_.keeps_connections = false;
    session_context_.stopping = true;
    for (tcp::acceptor& acceptor : acceptors_) {
      drop_new_connections(acceptor);
      accept_those_who_wait(acceptor);
      boost::system::error_code ignored;
      acceptor.close(ignored);
    }
    // Clients that have already been accepted, without `accept_clients` having been told, get a session before that.
    asio::post(context_, [this, grace] { finish_sessions(grace); });
  }

  void finish_sessions(std::chrono::milliseconds grace) {
    for_each_session([](Session& session) { session.finish(); });
    if (sessions_.empty()) return context_.stop();
    grace_timer_.expires_after(grace);
    grace_timer_.async_wait([this](const boost::system::error_code&) {
      for_each_session([](Session& session) { session.close(); });
      context_.stop();
    });
  }

  /// Clients whose connection the kernel has already taken would see it reset.
  void accept_those_who_wait(tcp::acceptor& acceptor) {
    boost::system::error_code error;
    acceptor.non_blocking(true, error);
    while (!error) {
      Socket socket{context_};
      acceptor.accept(socket, error);
      if (!error) start_session(std::move(socket));
    }
  }

  HttpServices services_;         // constant while the thread runs
  const ApiKeys api_keys_;        // constant
  const ServerOptions options_;   // constant
  std::size_t max_sessions_ = 0;  // constant, those turned away included
  std::size_t max_welcome_ = 0;   // constant
  BlockingCalls repository_calls_{2, 64};
  BlockingCalls history_calls_{2, 16};
  BlockingCalls summary_calls_{1, 16};
  BlockingCalls export_calls_{1, 16};
  BlockingCalls change_calls_{1, 16};
  BlockingCalls batch_calls_{1, most_batches};
  // On the server's thread only; sessions that end with the context give back what they took.
  BodyRoom body_room_{most_batches * max_batch_bytes, least_progress, options_.body_patience};
  AnswerRoom answer_room_{options_.max_answer_bytes};
  AnswerRoom export_room_{options_.max_export_bytes};
  KeyRefusals key_refusals_;
  asio::io_context context_{1};

  // On the server's thread only, once that runs.
  SessionContext session_context_;
  std::vector<tcp::acceptor> acceptors_;
  asio::steady_timer check_timer_{context_};
  asio::steady_timer grace_timer_{context_};
  std::unordered_set<std::shared_ptr<Session>> sessions_;

  std::uint16_t port_ = 0;  // constant once the thread runs
  std::mutex stop_mutex_;
  std::thread thread_;  // guarded by `stop_mutex_`
};

}  // namespace

std::expected<std::unique_ptr<HttpServer>, std::string> start_http_server(const ListenAddress& address,
                                                                          HttpServices services,
                                                                          const ServerOptions& options) {
  auto server = std::make_unique<Server>(std::move(services), options);
  if (auto listening = server->listen(address); !listening) return std::unexpected{std::move(listening.error())};
  server->start();
  return server;
}

}  // namespace notifier::http

namespace notifier {

std::expected<std::unique_ptr<HttpServer>, std::string> start_http_server(const ListenAddress& address,
                                                                          HttpServices services,
                                                                          std::chrono::milliseconds idle_timeout) {
  return http::start_http_server(address, std::move(services), http::ServerOptions{.idle_timeout = idle_timeout});
}

}  // namespace notifier
