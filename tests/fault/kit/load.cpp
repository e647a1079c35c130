#include "fault/kit/load.hpp"

#include <boost/json/parse.hpp>
#include <exception>
#include <optional>

#include "support/raw_http_client.hpp"
#include "support/system_under_test.hpp"
#include "support/test_servers.hpp"
#include "support/wait_until.hpp"

namespace notifier::testing {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause_after_failure{50};
constexpr std::chrono::minutes patience_with_load{1};
/// After which a client tries again: notifier's own, and those of a proxy whose server is gone.
const std::set<unsigned> passing{502, 503, 504};

}  // namespace

/// Posts over one connection, which it makes anew after a failure.
class Load::Client {
 public:
  explicit Client(std::uint16_t port) : port_{port} {}

  /// Nothing: there was no answer.
  std::optional<RawAnswer> post(const std::string& body, const std::map<std::string, std::string>& headers) {
    try {
      if (!connection_) connection_.emplace(port_);
      connection_->send(raw_request("POST", "/events/ingest", headers, body));
      auto answer = connection_->read_answer();
      if (!answer || answer->header("connection") == "close") connection_.reset();
      return answer;
    } catch (const std::exception&) {
      connection_.reset();
      return std::nullopt;
    }
  }

  /// A name for a request that no other request of any test has.
  [[nodiscard]] std::string key_for(std::size_t number) const { return name_ + "-" + std::to_string(number); }

 private:
  std::uint16_t port_;
  std::string name_ = unique_name("client");
  std::optional<RawHttpClient> connection_;
};

Load::Load(std::uint16_t port, LoadSettings settings) : port_{port}, settings_{settings} {
  for (unsigned client = 0; client < settings_.clients; ++client)
    threads_.emplace_back([this, client] { run_client(client); });
}

Load::~Load() { stopping_ = true; }

std::set<std::string> Load::accepted_ids() const {
  const std::lock_guard lock{mutex_};
  return ledger_.accepted;
}

bool Load::await_accepted(std::size_t more) const {
  const std::size_t enough = accepted_ + more;
  return wait_until([&] { return accepted_ >= enough; }, patience_with_load);
}

Ledger Load::stop() {
  stopping_ = true;
  threads_.clear();
  const std::lock_guard lock{mutex_};
  return ledger_;
}

void Load::run_client(unsigned number) {
  Client client{port_};
  const auto interval = std::chrono::microseconds{std::chrono::seconds{settings_.clients}} / settings_.events_per_second;
  auto next = Clock::now();
  for (std::size_t event = number; event < settings_.most_events && !stopping_; event += settings_.clients) {
    std::this_thread::sleep_until(next);
    post_event(client, event);
    next = std::max(next + interval, Clock::now());
  }
}

void Load::post_event(Client& client, std::size_t number) {
  const std::size_t in_hundred = number / settings_.clients % 100;
  const bool repeats = in_hundred < settings_.repeated_of_hundred;
  const bool fails = number * settings_.failing_of_hundred % 100 < settings_.failing_of_hundred;
  std::map<std::string, std::string> headers{{"Content-Type", "application/json"}, {"X-API-Key", test_key}};
  if (repeats) headers.emplace("Idempotency-Key", client.key_for(number));

  const auto give_up = Clock::now() + patience_with_load;
  for (;;) {
    const auto asked = Clock::now();
    const auto answer = client.post(event_body(fails ? "fail@example.com" : "user@example.com"), headers);
    if (note(answer, std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - asked))) return;
    std::this_thread::sleep_for(pause_after_failure);
    if (!repeats || Clock::now() > give_up) break;
  }
  const std::lock_guard lock{mutex_};
  ++ledger_.indeterminate;
}

/// Whether the answer settles the request.
bool Load::note(const std::optional<RawAnswer>& answer, std::chrono::milliseconds took) {
  const std::lock_guard lock{mutex_};
  if (!answer) {
    ++ledger_.unanswered;
    return false;
  }
  ++ledger_.answers[answer->status];
  ledger_.slowest = std::max(ledger_.slowest, took);
  if (answer->status == 202) {
    ledger_.accepted.insert(std::string{boost::json::parse(answer->body).at("eventId").as_string()});
    ++accepted_;
  }
  return !passing.contains(answer->status);
}

}  // namespace notifier::testing
