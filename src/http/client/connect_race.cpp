#include "http/client/connect_race.hpp"

#include <algorithm>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/error.hpp>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/connect_order.hpp"

namespace notifier::client {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using Clock = std::chrono::steady_clock;

std::vector<tcp::endpoint> in_order(const tcp::resolver::results_type& results) {
  const std::vector<tcp::endpoint> endpoints(results.begin(), results.end());
  return with_families_in_turn(endpoints, [](const tcp::endpoint& endpoint) { return endpoint.protocol().family(); });
}

/// Its handlers may come after its end, and own it.
class ConnectRace : public std::enable_shared_from_this<ConnectRace> {
 public:
  ConnectRace(const asio::any_io_executor& executor, std::vector<tcp::endpoint> endpoints)
      : endpoints_{std::move(endpoints)}, changed_{executor} {}

  asio::awaitable<std::expected<tcp::socket, error_code>> run(Clock::time_point end) {
    const std::shared_ptr<ConnectRace> keep_alive = shared_from_this();
    while (!winner_ && Clock::now() < end && (next_ < endpoints_.size() || !runners_.empty())) {
      if (next_ < endpoints_.size() && (runners_.empty() || Clock::now() >= next_begins_)) begin_next();
      changed_.expires_at(next_ < endpoints_.size() ? std::min(end, next_begins_) : end);
      error_code changed;
      co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, changed));
    }
    const bool is_late = !runners_.empty();
    runners_.clear();
    if (winner_) co_return std::move(*winner_);
    co_return std::unexpected{is_late ? error_code{boost::beast::error::timeout} : error_};
  }

 private:
  void begin_next() {
    next_begins_ = Clock::now() + connect_head_start;
    const auto runner = runners_.emplace(runners_.end(), changed_.get_executor());
    runner->async_connect(endpoints_[next_++], [self = shared_from_this(), runner](error_code error) {
      if (error == asio::error::operation_aborted) return;
      if (error) {
        self->error_ = error;
      } else if (!self->winner_) {
        self->winner_ = std::move(*runner);
      }
      self->runners_.erase(runner);
      self->changed_.cancel();
    });
  }

  std::vector<tcp::endpoint> endpoints_;
  asio::steady_timer changed_;
  std::list<tcp::socket> runners_;
  std::optional<tcp::socket> winner_;
  error_code error_ = asio::error::host_not_found;
  std::size_t next_ = 0;
  Clock::time_point next_begins_;
};

}  // namespace

asio::awaitable<std::expected<tcp::socket, error_code>> connect_to_first(tcp::resolver::results_type endpoints,
                                                                         std::chrono::milliseconds patience) {
  const auto race = std::make_shared<ConnectRace>(co_await asio::this_coro::executor, in_order(endpoints));
  co_return co_await race->run(Clock::now() + patience);
}

}  // namespace notifier::client
