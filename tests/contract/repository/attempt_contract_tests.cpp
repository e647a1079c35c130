#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "contract/repository/history_fixture.hpp"

// What every repository keeps of attempts: which sender was asked, and what came of it.

namespace notifier::testing {
namespace {

using std::chrono::milliseconds;

Send send_by(std::string sender, SendOutcome outcome, std::string text, milliseconds duration = milliseconds{5}) {
  return {.sender = std::move(sender), .outcome = outcome, .duration = duration, .text = std::move(text)};
}

template <typename Fixture>
struct Attempted : Opened<Fixture> {
  void attempt_with(const ClaimRequest& request, NotificationStatus status, const std::string& error,
                    std::vector<Send> sends) {
    ClaimToken token;
    REQUIRE(this->claim_one(request, token).verdict == ClaimVerdict::ours);
    const Outcome outcome{.event_id = request.event.id,
                          .fingerprint = request.event.fingerprint,
                          .token = token,
                          .status = status,
                          .error = error,
                          .duration = milliseconds{7},
                          .sends = std::move(sends)};
    const auto verdicts = this->repository->record_outcomes({&outcome, 1});
    REQUIRE(verdicts.has_value());
    REQUIRE(verdicts->front() == RecordVerdict::recorded);
  }
};

ClaimRequest on_route(const std::string& id, const std::string& route, unsigned attempt = 0) {
  ClaimRequest request = request_for(id, attempt);
  request.route = route;
  return request;
}

void check_equal(const std::vector<Send>& found, const std::vector<Send>& kept) {
  REQUIRE(found.size() == kept.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    CHECK(found[i].sender == kept[i].sender);
    CHECK(found[i].outcome == kept[i].outcome);
    CHECK(found[i].duration == kept[i].duration);
    CHECK(found[i].text == kept[i].text);
  }
}

}  // namespace

TEMPLATE_LIST_TEST_CASE("Each attempt is kept with what each of its senders made of it, the one that sent it too",
                        "[repository]", EveryRepository) {
  Attempted<TestType> opened;
  const std::vector<Send> failed{send_by("mail-a", SendOutcome::transient, "it's \"down\"\\ \xC3\xA9"),
                                 send_by("mail-b", SendOutcome::deferred, "circuit open", milliseconds{0})};
  const std::vector<Send> sent{send_by("mail-a", SendOutcome::transient, "refused", milliseconds{3}),
                               send_by("mail-b", SendOutcome::sent, "250 2.0.0 Ok: queued as 4C2", milliseconds{181})};
  opened.attempt_with(request_for("e1"), NotificationStatus::failed_retrying, "no sender took it", failed);
  opened.attempt_with(request_for("e1", 1), NotificationStatus::sent, "", sent);

  const NotificationRecord row = opened.find("e1");
  REQUIRE(row.attempts.size() == 2);
  CHECK(row.attempts[0].attempt == 1);
  CHECK(row.sender == sent.back().sender);
  CHECK(row.recipient == "a@example.com");
  CHECK(row.attempts[0].error == "no sender took it");
  CHECK(row.attempts[0].duration == milliseconds{7});
  check_equal(row.attempts[0].sends, failed);
  CHECK(row.attempts[1].attempt == 2);
  CHECK(row.attempts[1].error.empty());
  CHECK(row.attempts[1].at == row.updated_at);
  CHECK(row.attempts[1].duration == milliseconds{184});
  check_equal(row.attempts[1].sends, sent);
}

TEMPLATE_LIST_TEST_CASE("Outcomes that are recorded together each keep their own errors and sends", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  constexpr unsigned count = 101;
  std::vector<ClaimRequest> requests;
  std::vector<Outcome> outcomes;
  for (unsigned i = 0; i < count; ++i) requests.push_back(request_for("e" + std::to_string(i)));
  const ClaimToken token = opened.claim(requests).token;
  for (unsigned i = 0; i < count; ++i) {
    const std::string number = std::to_string(i);
    const bool fails = i % 3 == 0;
    outcomes.push_back(
        {.event_id = "e" + number,
         .token = token,
         .status = fails ? NotificationStatus::failed_retrying : NotificationStatus::sent,
         .error = fails ? "error " + number : "",
         .sends = {send_by("s", fails ? SendOutcome::transient : SendOutcome::sent, "text " + number, milliseconds{i})}});
  }
  REQUIRE(opened.repository->record_outcomes(outcomes).has_value());
  for (unsigned i = 0; i < count; ++i) {
    const NotificationRecord row = opened.find("e" + std::to_string(i));
    REQUIRE(row.attempts.size() == 1);
    CHECK(row.last_error == outcomes[i].error);
    check_equal(row.attempts.front().sends, outcomes[i].sends);
  }
}

TEMPLATE_LIST_TEST_CASE("Replies of any length and any bytes are kept as bounded UTF-8", "[repository]", EveryRepository) {
  Attempted<TestType> opened;
  std::vector<Send> sends(100, send_by("s", SendOutcome::transient, std::string(100'000, '\1') + "\xFF"));
  sends.push_back(send_by("last", SendOutcome::sent, "250 \xFF taken"));
  opened.attempt_with(request_for("e1"), NotificationStatus::sent, "", sends);
  const std::vector<Send> kept = opened.find("e1").attempts.at(0).sends;
  CHECK(kept.size() < sends.size());
  CHECK(kept.back().sender == "last");
  CHECK(kept.back().text == "250 \xEF\xBF\xBD taken");
}

TEMPLATE_LIST_TEST_CASE("What the last failed attempt left is not taken for the attempt that sent it", "[repository]",
                        EveryRepository) {
  Attempted<TestType> opened;
  const std::vector<Send> failed{send_by("mail-a", SendOutcome::transient, "busy")};
  opened.attempt_with(request_for("e1"), NotificationStatus::failed_retrying, "busy", failed);
  opened.attempt_with(request_for("e1", 1), NotificationStatus::sent, "", {});
  // As an older program records it.
  execute(opened.storage, "UPDATE notifications SET sends = (SELECT sends FROM notification_attempts WHERE attempt = 1)");
  const NotificationRecord row = opened.find("e1");
  REQUIRE(row.attempts.size() == 2);
  check_equal(row.attempts[0].sends, failed);
  CHECK(row.attempts[1].sends.empty());
  CHECK_FALSE(row.attempts[1].duration.has_value());
}

TEMPLATE_LIST_TEST_CASE("A notification is listed with its route and the last sender that was asked", "[repository]",
                        EveryRepository) {
  Attempted<TestType> opened;
  opened.attempt_with(on_route("e1", "news"), NotificationStatus::sent, "",
                      {send_by("mail-a", SendOutcome::transient, "busy"), send_by("mail-b", SendOutcome::sent, "")});
  opened.attempt(request_for("e2"), NotificationStatus::sent);
  const auto page = opened.storage.storage()->history()->list({}, {}, 10);
  REQUIRE(page.has_value());
  REQUIRE(page->notifications.size() == 2);
  CHECK(page->notifications[1].route == "news");
  CHECK(page->notifications[1].sender == "mail-b");
  CHECK(page->notifications[0].route.empty());
  CHECK(page->notifications[0].sender.empty());
}

TEMPLATE_LIST_TEST_CASE("Notifications of one event know each other", "[repository]", EveryRepository) {
  Opened<TestType> opened;
  // The last ones have ids that only look like it: of other producers, without that route.
  opened.claim({on_route("e1", "mail"), on_route("e1/audit", "audit"), on_route("e1/chat", "chat"), on_route("e1/x", "mail"),
                on_route("e10", "mail"), on_route("e", "mail"), request_for("e1/none")});

  const auto siblings_of = [&](const std::string& id) {
    std::vector<std::pair<std::string, std::string>> siblings;
    for (const Sibling& sibling : opened.find(id).siblings) siblings.emplace_back(sibling.event_id, sibling.route);
    return siblings;
  };
  using Siblings = std::vector<std::pair<std::string, std::string>>;
  CHECK(opened.find("e1").route == "mail");
  CHECK(siblings_of("e1") == Siblings{{"e1/audit", "audit"}, {"e1/chat", "chat"}});
  CHECK(siblings_of("e1/chat") == Siblings{{"e1", "mail"}, {"e1/audit", "audit"}});
  CHECK(siblings_of("e10").empty());
  CHECK(siblings_of("e1/none").empty());
}

}  // namespace notifier::testing
