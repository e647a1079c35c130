#include "fault/kit/truth_watch.hpp"

#include <boost/json/parse.hpp>
#include <chrono>

#include "support/http_request.hpp"
#include "support/system_under_test.hpp"

namespace notifier::testing {
namespace {

constexpr std::chrono::milliseconds truth_interval{50};

bool says_ready(std::uint16_t port) { return http_request(port, "GET", "/health/ready").status == 200; }

}  // namespace

TruthWatch::TruthWatch(std::uint16_t port)
    : port_{port}, thread_{[this](const std::stop_token& stop) {
        for (; !stop.stop_requested(); std::this_thread::sleep_for(truth_interval)) compare();
      }} {}

TruthWatch::~TruthWatch() = default;

void TruthWatch::stop(Ledger& ledger) {
  thread_ = {};
  ledger.accepted.merge(accepted_);
  ledger.indeterminate += refused_;  // a publish that was not confirmed may yet have come through
}

void TruthWatch::compare() {
  const bool before = says_ready(port_);
  const bool accepted = post_event();
  const bool after = says_ready(port_);
  if (before != after) return;
  if (before && !accepted && refuses_again()) ++refused_though_ready_;
  if (!before && accepted) ++accepted_though_not_ready_;
}

bool TruthWatch::refuses_again() { return !post_event() && says_ready(port_); }

bool TruthWatch::post_event() {
  const HttpAnswer answer = ingest(port_, event_body());
  if (answer.status != 202) {
    ++refused_;
    return false;
  }
  accepted_.emplace(boost::json::parse(answer.body).at("eventId").as_string());
  return true;
}

}  // namespace notifier::testing
