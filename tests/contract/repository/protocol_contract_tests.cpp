#include <array>
#include <catch2/catch_template_test_macros.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/generators/catch_generators_random.hpp>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "contract/repository/opened_repository.hpp"
#include "notifier/notification_row.hpp"

namespace notifier::testing {
namespace {

constexpr unsigned max_retries_of_walk = 3;
constexpr int steps_of_walk = 25;

/// One notification in a repository, and beside it the row as the functions of the protocol have it. Takes random steps and
/// compares what both say. A claim lasts long, or is over at once.
template <typename Fixture>
class Walk {
 public:
  Walk(Opened<Fixture>& opened, std::string event_id, unsigned seed)
      : opened_{opened}, event_id_{std::move(event_id)}, random_{seed} {}

  void take_steps() {
    for (int step = 0; step < steps_of_walk; ++step) {
      if (tokens_.empty() || chance(2)) {
        claim_it();
      } else {
        record_it();
      }
    }
  }

 private:
  void claim_it() {
    ClaimRequest request{.event = event_with(event_id_),
                         .attempt = below(6),
                         .generation = chance(4) ? std::nullopt : std::optional{near(row_ ? row_->generation : 0)},
                         .replay = chance(4),
                         .route = chance(2) ? "mail" : "",
                         .is_further = chance(4),
                         .alone = chance(3)};
    if (row_ && chance(2)) request.attempt = near(row_->attempt_count);
    if (!tokens_.empty() && chance(4)) {
      request.held = tokens_.back();
      request.token = new_claim_token();
      request.replay = false;
      // Who claims again knows the row, at most one record behind.
      request.attempt = std::min(request.attempt, row_->attempt_count + 1);
      request.generation = std::min(request.generation.value_or(0), row_->generation + 1);
    }
    const bool lasts = chance(2);
    claim_it(request, lasts);
    if (request.held && chance(2)) claim_it(request, lasts);  // the answer was lost
  }

  void claim_it(const ClaimRequest& request, bool lasts) {
    const auto claims = opened_.repository->claim(
        {&request, 1}, {.duration = lasts ? long_claim : std::chrono::milliseconds{0}, .max_retries = max_retries_of_walk});
    REQUIRE(claims.has_value());
    const ClaimAnswer expected = expected_answer(request, claims->token);
    CAPTURE(event_id_, request.attempt, request.generation.value_or(99), request.replay, request.held.has_value());
    require_same(claims->answers.front(), expected);
    if (expected.verdict != ClaimVerdict::ours) return;
    tokens_.push_back(token_of(request, claims->token));
    if (!lasts) row_->claim = ClaimState::lapsed;
  }

  ClaimAnswer expected_answer(const ClaimRequest& request, const ClaimToken& token) {
    if (row_) return notifier::claim(*row_, request, token, max_retries_of_walk);
    row_ = new_row(request, token, max_retries_of_walk);
    return judge_claim(request, token, *row_);
  }

  void record_it() {
    constexpr std::array statuses{NotificationStatus::queued, NotificationStatus::failed_retrying,
                                  NotificationStatus::failed_retrying, NotificationStatus::failed_dlq,
                                  NotificationStatus::sent};
    Outcome outcome{.event_id = event_id_,
                    .fingerprint = event_with(event_id_).fingerprint,
                    .token = tokens_.at(tokens_.size() - 1 - below(std::min<std::size_t>(tokens_.size(), 2))),
                    .status = statuses.at(below(chance(3) ? statuses.size() : 3)),
                    .error = "refused",
                    .attempted = chance(2),
                    .fanned_out = chance(2)};
    if (outcome.status == NotificationStatus::sent) outcome.attempted = true;
    const auto verdicts = opened_.repository->record_outcomes({&outcome, 1});
    REQUIRE(verdicts.has_value());
    const RecordVerdict expected = notifier::record(*row_, outcome);
    CAPTURE(event_id_, to_string(outcome.status));
    REQUIRE(verdicts->front() == expected);
    REQUIRE(opened_.find(event_id_).status == row_->status);
    REQUIRE(opened_.find(event_id_).attempt_count == row_->attempt_count);
  }

  static void require_same(const ClaimAnswer& actual, const ClaimAnswer& expected) {
    REQUIRE(actual.verdict == expected.verdict);
    REQUIRE(actual.attempt_count == expected.attempt_count);
    REQUIRE(actual.retries_from == expected.retries_from);
    REQUIRE(actual.generation == expected.generation);
    REQUIRE(actual.status == expected.status);
    REQUIRE(actual.route == expected.route);
    REQUIRE(actual.fanned_out == expected.fanned_out);
    REQUIRE(actual.lapsed_claims == expected.lapsed_claims);
  }

  [[nodiscard]] unsigned below(std::size_t bound) {
    return std::uniform_int_distribution<unsigned>{0, static_cast<unsigned>(bound) - 1}(random_);
  }
  [[nodiscard]] bool chance(unsigned one_in) { return below(one_in) == 0; }
  [[nodiscard]] unsigned near(unsigned number) { return number + 2 - std::min(number + 2, below(3) + 1); }

  Opened<Fixture>& opened_;
  const std::string event_id_;
  std::mt19937 random_;
  std::optional<NotificationRow> row_;
  std::vector<ClaimToken> tokens_;
};

}  // namespace

TEMPLATE_LIST_TEST_CASE("A database does with a row what the functions of the protocol do", "[repository]",
                        EveryRepository) {
  Opened<TestType> opened;
  const unsigned first_seed = std::random_device{}();
  CAPTURE(first_seed);
  for (unsigned walk = 0; walk < 60; ++walk) {
    Walk<TestType>{opened, "walk-" + std::to_string(walk), first_seed + walk}.take_steps();
  }
}

}  // namespace notifier::testing
