#pragma once

#include <cstddef>
#include <cstdint>
#include <set>
#include <vector>

namespace notifier::rabbitmq {

/// One `basic.ack` to send.
struct Acknowledgement {
  std::uint64_t number = 0;
  bool multiple = false;  ///< and all before it
};

/// The deliveries of one channel that are not acknowledged. One thread.
class OutstandingDeliveries {
 public:
  void add(std::uint64_t number) { numbers_.insert(numbers_.end(), number); }

  /// For a delivery that was given back. Whether it was outstanding.
  bool remove(std::uint64_t number) { return numbers_.erase(number) != 0; }

  [[nodiscard]] std::size_t size() const { return numbers_.size(); }

  /// The fewest acknowledgements that say that `done`, and nothing else, is dealt with. Numbers that are not outstanding are
  /// ignored: the broker closes the channel over them.
  [[nodiscard]] std::vector<Acknowledgement> acknowledge(std::vector<std::uint64_t> done);

 private:
  std::set<std::uint64_t> numbers_;
};

}  // namespace notifier::rabbitmq
