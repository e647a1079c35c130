#include "http/client/event_stream.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <csignal>
#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "base/backoff.hpp"
#include "http/client/answer.hpp"
#include "http/client/line_key.hpp"
#include "http/client/line_source.hpp"
#include "http/client/service_connection.hpp"

namespace notifier::client {
namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds first_wait{100};
constexpr milliseconds longest_wait{5000};
constexpr milliseconds progress_interval{100};
constexpr std::chrono::seconds grace{1};

/// Why a line is to be tried again.
struct Trouble {
  std::string reason;
  milliseconds earliest{0};  ///< from now
};

std::string no_service(const Answer& answer, const std::string& path) {
  const bool key_is_wrong = answer.status == 401 || answer.status == 403;
  return error_of(answer) + (key_is_wrong ? ". Set API_KEY to a key with which events may be sent"
                                          : " (POST " + path + "). Check that the URL is that of a notifier");
}

class EventStream {
 public:
  EventStream(const Input& input, const StreamOptions& options, const StreamObserver& observer, asio::ssl::context tls)
      : options_{options}, observer_{observer}, tls_{std::move(tls)}, source_{context_, input} {}

  StreamEnd run();

 private:
  asio::awaitable<void> work();
  asio::awaitable<void> deliver(ServiceConnection& connection, const Line& line);
  asio::awaitable<std::optional<Trouble>> attempt(ServiceConnection& connection, std::string_view request,
                                                  std::uint64_t line);
  asio::awaitable<void> report_progress();
  asio::awaitable<void> wait(milliseconds duration);

  void spawn(asio::awaitable<void> coroutine);
  [[nodiscard]] std::string target() const { return options_.url.base_path + "/events/ingest"; }
  [[nodiscard]] std::string make_request(const Line& line) const;
  void refuse(std::uint64_t line, const std::string& error);
  void give_up(std::string why);
  void stop();

  const StreamOptions& options_;
  const StreamObserver& observer_;
  asio::ssl::context tls_;
  asio::io_context context_{1};
  asio::signal_set signals_{context_, SIGINT, SIGTERM};
  asio::steady_timer grace_over_{context_};
  LineSource source_;
  StreamEnd end_;
  steady_clock::time_point last_progress_ = steady_clock::now();
  unsigned working_ = 0;
  bool stopping_ = false;
};

StreamEnd EventStream::run() {
  signals_.async_wait([this](boost::system::error_code error, int signal) {
    if (error) return;
    end_.signal = signal;
    stop();
  });
  working_ = options_.connections;
  for (unsigned i = 0; i < options_.connections; ++i) spawn(work());
  spawn(report_progress());
  context_.run();
  return std::move(end_);
}

asio::awaitable<void> EventStream::work() {
  ServiceConnection connection{context_.get_executor(), options_.url, tls_};
  for (;;) {
    auto line = co_await source_.next();
    if (!line) give_up(std::move(line.error()));
    if (!line || !*line) break;
    co_await deliver(connection, **line);
    if (!stopping_) end_.progress.bytes_done = std::max(end_.progress.bytes_done, (*line)->end);
  }
  if (--working_ == 0) context_.stop();
}

asio::awaitable<void> EventStream::deliver(ServiceConnection& connection, const Line& line) {
  if (line.too_long) {
    refuse(line.number, "the line is longer than 256 KiB");
    co_return;
  }
  const std::string request = make_request(line);
  const auto begin = steady_clock::now();
  Backoff backoff{first_wait, longest_wait};
  for (;;) {
    const auto trouble = co_await attempt(connection, request, line.number);
    if (!trouble || stopping_) co_return;
    const auto left = std::max(begin, last_progress_) + options_.patience - steady_clock::now();
    if (left <= steady_clock::duration::zero()) {
      give_up("nothing gets through: " + trouble->reason);
      co_return;
    }
    ++end_.progress.waiting;
    co_await wait(std::min(std::max(backoff.next(), trouble->earliest), std::chrono::ceil<milliseconds>(left)));
    --end_.progress.waiting;
    if (stopping_) co_return;
  }
}

/// Nothing: there is no more to be done about the line.
asio::awaitable<std::optional<Trouble>> EventStream::attempt(ServiceConnection& connection, std::string_view request,
                                                             std::uint64_t line) {
  const auto answer = co_await connection.exchange(request);
  if (!answer && !answer.error().lasting) co_return Trouble{.reason = answer.error().reason};
  if (!answer) {
    give_up(answer.error().reason);
    co_return std::nullopt;
  }
  switch (verdict_on(*answer)) {
    case Verdict::accepted:
      ++end_.progress.accepted;
      if (observer_.on_accepted) observer_.on_accepted(event_id_of(*answer));
      last_progress_ = steady_clock::now();
      break;
    case Verdict::refused:
      refuse(line, error_of(*answer));
      break;
    case Verdict::try_again:
      co_return Trouble{.reason = error_of(*answer), .earliest = answer->retry_after};
    case Verdict::no_service:
      give_up(no_service(*answer, target()));
      break;
  }
  co_return std::nullopt;
}

asio::awaitable<void> EventStream::report_progress() {
  for (;;) {
    co_await wait(progress_interval);
    observer_.on_progress(end_.progress);
  }
}

asio::awaitable<void> EventStream::wait(milliseconds duration) {
  asio::steady_timer timer{context_, duration};
  co_await timer.async_wait(asio::use_awaitable);
}

void EventStream::spawn(asio::awaitable<void> coroutine) {
  asio::co_spawn(context_, std::move(coroutine), [](const std::exception_ptr& bug) {
    if (bug) std::rethrow_exception(bug);
  });
}

/// The bytes of the request.
std::string EventStream::make_request(const Line& line) const {
  std::string request = "POST " + target() + " HTTP/1.1\r\n";
  const auto add_field = [&request](std::string_view name, std::string_view value) {
    request.append(name).append(": ").append(value).append("\r\n");
  };
  add_field("Host", options_.url.host_field);
  add_field("User-Agent", "notifier/" NOTIFIER_VERSION);
  add_field("Content-Type", "application/json");
  add_field("X-API-Key", options_.api_key);
  add_field("Idempotency-Key", line_key(options_.run, line));
  add_field("Content-Length", std::to_string(line.text.size()));
  request.append("\r\n").append(line.text);
  return request;
}

void EventStream::refuse(std::uint64_t line, const std::string& error) {
  ++end_.progress.refused;
  last_progress_ = steady_clock::now();
  observer_.on_refused(line, error);
}

void EventStream::give_up(std::string why) {
  if (!stopping_) end_.gave_up = std::move(why);
  stop();
}

void EventStream::stop() {
  if (std::exchange(stopping_, true)) return;
  source_.cancel();
  grace_over_.expires_after(grace);
  grace_over_.async_wait([this](boost::system::error_code) { context_.stop(); });
}

}  // namespace

std::expected<StreamEnd, std::string> stream_events(const Input& input, const StreamOptions& options,
                                                    const StreamObserver& observer) {
  auto tls = make_tls_context(options.ca_file);
  if (!tls) return std::unexpected{std::move(tls.error())};
  return EventStream{input, options, observer, std::move(*tls)}.run();
}

}  // namespace notifier::client
