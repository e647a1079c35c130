#include "consumer/housekeeping_state.hpp"

#include <utility>

#include "notifier/log.hpp"

namespace notifier {
namespace {

constexpr std::chrono::seconds tolerated{5};

std::string words_for_everybody(const RepositoryError& error) {
  if (!error.missing_right.empty()) return "fails: " + error.missing_right;
  const bool may_pass = error.kind == RepositoryError::Kind::unavailable;
  return may_pass ? "fails: the database cannot be used now; the log says more"
                  : "fails: the database refuses it; the log says more";
}

}  // namespace

void HousekeepingState::note_failure(const RepositoryError& error) {
  const std::lock_guard lock{mutex_};
  const auto now = Clock::now();
  if (!failing_since_) failing_since_ = now;
  const bool counts = error.kind != RepositoryError::Kind::unavailable || now - *failing_since_ >= tolerated;
  if (!counts && !told_) return;
  const bool is_new = !std::exchange(told_, words_for_everybody(error)).has_value();
  if (is_new) log::warn("housekeeping fails; it is tried again", {{"work", work_}, {"error", error.detail}});
}

void HousekeepingState::note_success() {
  const std::lock_guard lock{mutex_};
  failing_since_.reset();
  if (std::exchange(told_, std::nullopt)) log::info("housekeeping works again", {{"work", work_}});
}

std::optional<PartFault> HousekeepingState::fault() const {
  const std::lock_guard lock{mutex_};
  if (!told_) return std::nullopt;
  return PartFault{.name = work_, .words = *told_};
}

}  // namespace notifier
