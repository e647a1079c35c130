#include "http/server/body_room.hpp"

#include <algorithm>
#include <utility>

namespace notifier::http {

BodyRoom::Body::Body(BodyRoom& room, std::move_only_function<void()> give_way)
    : room_{room},
      give_way_{std::move(give_way)},
      next_progress_{room.least_progress_},
      progress_{std::chrono::steady_clock::now()} {}

BodyRoom::Body::~Body() {
  room_.free_ += taken_;
  if (place_) room_.bodies_.erase(*place_);
}

bool BodyRoom::Body::grow_to(std::size_t arrived, std::chrono::steady_clock::time_point now) {
  if (state_ == State::gave_way) return false;
  if (!place_ && arrived <= largest_small) return true;
  if (!place_) place_ = room_.bodies_.insert(room_.bodies_.end(), this);
  const std::size_t wanted = std::max(arrived, least_share);
  while (wanted - taken_ > room_.free_) {
    Body* const stalled = room_.longest_stalled(now);
    if (stalled == nullptr || stalled == this) return false;
    stalled->give_up();
  }
  room_.free_ -= wanted - taken_;
  taken_ = wanted;
  arrived_ = arrived;
  if (arrived >= next_progress_) {
    next_progress_ = arrived + room_.least_progress_;
    progress_ = now;
    room_.bodies_.splice(room_.bodies_.end(), room_.bodies_, *place_);
  }
  return true;
}

void BodyRoom::Body::complete() {
  state_ = State::complete;
  room_.free_ += taken_ - arrived_;
  taken_ = arrived_;
}

/// What it holds is freed a little later, by whoever reads it.
void BodyRoom::Body::give_up() {
  room_.free_ += std::exchange(taken_, 0);
  arrived_ = 0;
  state_ = State::gave_way;
  give_way_();
}

BodyRoom::Body* BodyRoom::longest_stalled(std::chrono::steady_clock::time_point now) const {
  const auto arriving = std::ranges::find(bodies_, Body::State::arriving, &Body::state_);
  return arriving != bodies_.end() && now - (*arriving)->progress_ >= patience_ ? *arriving : nullptr;
}

}  // namespace notifier::http
