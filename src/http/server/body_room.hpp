#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <optional>

namespace notifier::http {

/// Bounds the bytes of bodies that are arriving or being worked on, except small ones, which the number of connections
/// bounds well enough. While there is not enough room for one, those that have stalled give way to it, the longest stalled
/// first: so unfinished uploads keep nobody else from sending. On the server's thread only; outlives its bodies.
class BodyRoom {
 public:
  /// A body that arrives. Its room is given back at its end.
  class Body {
   public:
    /// `give_way` is called, at most once, when the body has to go: nothing more of it will be read.
    Body(BodyRoom& room, std::move_only_function<void()> give_way);
    ~Body();
    Body(const Body&) = delete;
    Body& operator=(const Body&) = delete;

    /// So many bytes have arrived in all. A body that is not small takes room for at least `least_share`. False when there
    /// is not enough.
    [[nodiscard]] bool grow_to(std::size_t arrived, std::chrono::steady_clock::time_point now);

    /// All of it is here: it can no longer stall, and needs no more room than it has filled.
    void complete();

   private:
    friend class BodyRoom;

    enum class State { arriving, complete, gave_way };

    void give_up();

    BodyRoom& room_;
    std::move_only_function<void()> give_way_;
    std::optional<std::list<Body*>::iterator> place_;  ///< unless it is small
    std::size_t arrived_ = 0;
    std::size_t taken_ = 0;
    std::size_t next_progress_;
    std::chrono::steady_clock::time_point progress_;
    State state_ = State::arriving;
  };

  static constexpr std::size_t largest_small = 8UL * 1024;
  static constexpr std::size_t least_share = 256UL * 1024;

  /// A body that has grown by less than `progress` bytes within `patience` has stalled.
  BodyRoom(std::size_t bytes, std::size_t progress, std::chrono::milliseconds patience)
      : free_{bytes}, least_progress_{progress}, patience_{patience} {}

 private:
  [[nodiscard]] Body* longest_stalled(std::chrono::steady_clock::time_point now) const;

  std::size_t free_;
  const std::size_t least_progress_;
  const std::chrono::milliseconds patience_;
  std::list<Body*> bodies_;  // with room; the one whose last progress was earliest first
};

}  // namespace notifier::http
